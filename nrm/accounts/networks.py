"""Where a request comes from, as far as we can know it."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104  # a stand-in for "no address", never bound to


def address_of(request: HttpRequest) -> str:
    """The client's address. X-Forwarded-For counts only behind `NRM_PROXIES` proxies of our own, from the right."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.NRM_PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(hops) >= settings.NRM_PROXIES:
            address = hops[-settings.NRM_PROXIES]
    try:
        return str(ip_address(address))
    except ValueError:
        return UNKNOWN


def network_of(request: HttpRequest) -> str:
    """The network of the client, coarse enough not to be a person's address: /24, or /48 for IPv6."""
    address = ip_address(address_of(request))
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


#: What a browser calls itself, most telling first: (word in its header, family).
FAMILIES = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"))


def browser_of(request: HttpRequest) -> str:
    """Browser family and system, as a person recognises their own: "Firefox, Windows". Unknown parts are left out."""
    header = request.headers.get("User-Agent", "")[:400]
    family = next((name for word, name in FAMILIES if word in header), "")
    system = next((name for word, name in SYSTEMS if word in header), "Linux" if "Linux" in header else "")
    return ", ".join(part for part in (family, system) if part)

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "nrm.drafts"
    label = "drafts"

    def ready(self) -> None:
        from nrm.drafts.keeping import serve  # noqa: PLC0415  reads the models
        from nrm.lib import drafting  # noqa: PLC0415

        drafting.serve_with(serve)

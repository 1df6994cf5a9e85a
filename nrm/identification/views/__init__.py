"""Pages of identification: opening a case, the screening, the status and the decisions about it."""

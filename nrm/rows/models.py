"""No table of its own. Django tells only an app with this module that the migrations are done."""

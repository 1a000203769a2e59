"""The desk in a browser: pages over the functions of `sourcing/desk/`, each with a JSON twin."""

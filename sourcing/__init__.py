"""The sourcer's work: everything that joins the engines below."""

__version__ = "0.1.0"

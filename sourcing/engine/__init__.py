"""Batch work: tables of Parquet in a folder in, tables out, on this machine or on an engine of many.

`folder` is how tables lie at an address, `stages` what can be done with them, `local` and `spark` who does it.
"""

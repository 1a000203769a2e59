"""The arithmetic under identity: columns, blocks, similarities, weights. Arrays in, arrays out; no loop per pair."""

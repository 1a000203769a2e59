"""The parts of the Hugging Face source."""

"""Quality of reading syndicated texts, on labelled texts of our own making."""

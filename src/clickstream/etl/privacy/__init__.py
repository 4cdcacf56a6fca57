"""What a person may ask for: to see what is held on them, and to have it erased."""

"""The studies: one folder per question, which is one chapter of the report. None imports another."""

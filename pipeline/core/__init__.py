"""What everything else rests on."""

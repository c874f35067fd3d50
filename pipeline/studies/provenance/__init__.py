"""Where are the scores from?"""

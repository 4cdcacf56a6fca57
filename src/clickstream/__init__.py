"""Clickstream analytics for online shops: from the event to the number on the page."""

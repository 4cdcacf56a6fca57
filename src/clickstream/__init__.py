"""Clickstream analytics for online shops: from the event in the browser to the number on the page."""

"""The dashboard: a Shiny app that asks analytics, and shows the answers."""

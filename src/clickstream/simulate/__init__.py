"""Shoppers who behave like shoppers, from a seed: for demonstrations, tests and benchmarks."""

from clickstream.simulate.history import Truth, write_history
from clickstream.simulate.ongoing import live
from clickstream.simulate.posting import Sent, send
from clickstream.simulate.scenario import Scenario
from clickstream.simulate.stream import Post, Received, posts, simulate

__all__ = [
    "Post",
    "Received",
    "Scenario",
    "Sent",
    "Truth",
    "live",
    "posts",
    "send",
    "simulate",
    "write_history",
]

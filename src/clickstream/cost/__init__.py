"""What the platform costs on AWS: a month's bill for so many events, from a dated price list."""

from clickstream.cost.bill import Bill, Hosts, Line, make_bill
from clickstream.cost.load import Traffic
from clickstream.cost.prices import Prices, list_prices

__all__ = ["Bill", "Hosts", "Line", "Prices", "Traffic", "list_prices", "make_bill"]

"""The fields of an event, and what each may hold."""

import json

import pytest
from documents import NAUGHTY, field_of, text_fields, with_field

from clickstream.contract import (
    Document,
    Event,
    Reason,
    Rejected,
    check_event,
    decode_object,
    limits,
)

pytestmark = pytest.mark.unit

AMOUNTS = ["product.price", "product.discountPrice", "order.value", "order.tax", "order.shipping",
           "items.price", "items.discountPrice"]  # fmt: skip
CURRENCIES = ["currency", "product.currency", "order.currency"]
LENGTHS = {
    "pageTitle": limits.MAX_TITLE,
    "pageUrl": limits.MAX_URL,
    "referrer": limits.MAX_URL,
    "product.urlPath": limits.MAX_URL,
    "identitySource": limits.MAX_NAME,
    "element.tag": limits.MAX_NAME,
    "element.role": limits.MAX_NAME,
}
NOT_TEXT = [1.5, True, [], {}, 2**63, -(2**63) - 1]


def most_characters(field: str) -> int:
    is_id = field.rpartition(".")[2] in {"id", "eventId", "userId", "sessionId", "clientId",
                                         "pageViewId"}  # fmt: skip
    return LENGTHS.get(field, limits.MAX_ID if is_id else limits.MAX_TEXT)


def rejected(document: Document) -> Rejected:
    with pytest.raises(Rejected) as raised:
        check_event(document)
    return raised.value


def on_wire(field: str) -> str:
    return field.replace("items.", "items[0].")


def test_the_smallest_event_is_a_name() -> None:
    assert check_event({"eventName": "curl_test"}) == Event(event_name="curl_test")


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({}, id="no name"),
        pytest.param({"eventName": None}, id="null"),
        pytest.param({"eventName": ""}, id="empty"),
        pytest.param({"eventName": " \n"}, id="blank"),
        pytest.param({"event_name": "page_view"}, id="another spelling"),
        pytest.param({"userId": "u", "product": {"id": []}}, id="and other faults"),
    ],
)
def test_an_event_without_a_name_is_rejected(document: Document) -> None:
    refusal = rejected(document)
    assert refusal.reason in {Reason.MISSING_EVENT_NAME, Reason.INVALID_FIELD}
    if "product" not in document:
        assert (refusal.reason, refusal.field) == (Reason.MISSING_EVENT_NAME, "eventName")


@pytest.mark.parametrize("name", [5, True, [], ["a"], {"a": 1}])
def test_a_name_of_another_type_is_rejected(name: object) -> None:
    assert rejected({"eventName": name}).field == "eventName"


@pytest.mark.parametrize("length", [limits.MAX_NAME, limits.MAX_NAME + 1])
def test_a_name_is_bounded_in_characters(length: int) -> None:
    document = {"eventName": "\u1ec7" * length}
    if length <= limits.MAX_NAME:
        assert check_event(document)
    else:
        assert rejected(document).reason == Reason.INVALID_FIELD


@pytest.mark.parametrize("field", text_fields())
def test_a_text_is_bounded_in_characters(field: str) -> None:
    longest = "\U0001f600" * most_characters(field)
    assert field_of(check_event(with_field(field, longest)), field) == longest
    refusal = rejected(with_field(field, longest + "x"))
    assert (refusal.reason, refusal.field) == (Reason.INVALID_FIELD, on_wire(field))
    assert f"length <= {most_characters(field)}" in refusal.message


@pytest.mark.parametrize("field", text_fields())
def test_naughty_strings_are_texts_like_any_other(field: str) -> None:
    for naughty in NAUGHTY:
        text = naughty[: most_characters(field)]
        raw = json.dumps(with_field(field, text)).encode()
        assert field_of(check_event(decode_object(raw)), field) == text.replace("\0", "\ufffd")


@pytest.mark.parametrize("field", text_fields())
def test_what_is_no_text_is_rejected(field: str) -> None:
    for value in NOT_TEXT:
        assert rejected(with_field(field, value)).field == on_wire(field)


@pytest.mark.parametrize("field", [f for f in text_fields() if LENGTHS.get(f) != limits.MAX_URL])
@pytest.mark.parametrize("value", [0, -1, 2**63 - 1, -(2**63)])
def test_an_integer_is_read_as_a_text(field: str, value: int) -> None:
    assert field_of(check_event(with_field(field, value)), field) == value


@pytest.mark.parametrize("field", AMOUNTS)
def test_an_amount_is_a_number_or_its_digits(field: str) -> None:
    for value in (0, 0.5, 1299, limits.MAX_AMOUNT, "0", "1299.50", "999999999999.999999999999", ""):
        assert field_of(check_event(with_field(field, value)), field) == value
    for value in (-1, -0.01, 1e12 + 1, 10**400, "1,299.50", "1.299,50", "$5", "-1", "1e3", " 1",
                  "1\n", "\n", "\u0661", "1234567890123", "nan", True, [], {}):  # fmt: skip
        refusal = rejected(with_field(field, value))
        assert (refusal.reason, refusal.field) == (Reason.INVALID_FIELD, on_wire(field))


@pytest.mark.parametrize("field", CURRENCIES)
def test_a_currency_is_three_letters(field: str) -> None:
    for value in ("VND", "usd", ""):
        assert field_of(check_event(with_field(field, value)), field) == value
    for value in ("\u20ab", "VN", "VNDD", "VN1", "VND\n", "\n", "\u1e9e\u1e9e\u1e9e", 704):
        assert rejected(with_field(field, value)).field == on_wire(field)


@pytest.mark.parametrize(
    ("field", "taken", "refused"),
    [
        pytest.param("userLoginState", ["guest", "logged_in", "anonymous", ""], ["Guest", "yes", 1],
                     id="userLoginState"),
        pytest.param("consent", ["granted", "denied", "anonymous", ""], ["GRANTED", True],
                     id="consent"),
        pytest.param("isFirstVisit", [True, False, 1, 0, "true", "False"], [2, "yes", "", 1.0],
                     id="isFirstVisit"),
        pytest.param("items.quantity", [0, 1, 1_000_000, 2.0, "3", None],
                     [-1, 1_000_001, 2.5, "", "two", "1_0", True], id="quantity"),
        pytest.param("engagementTimeMs", [0, 0.5, 86_400_000, "12", None],
                     [-1, 86_400_001, "nan", "inf", "", 10**400, True], id="engagementTimeMs"),
        pytest.param("scrollPercent", [0, 99.5, 100, "50"], [-1, 101, "nan", True],
                     id="scrollPercent"),
        pytest.param("product", [{}, None], ["laptop", 1, []], id="product"),
        pytest.param("order", [{}, None], ["1001", 1001, []], id="order"),
        pytest.param("element", [{}, None], ["a", []], id="element"),
        pytest.param("items", [[], None, [{}]], [{}, "a", [None], ["a"], [[]]], id="items"),
        pytest.param("properties", [{}, None, {"": None}], [[], "a", 1, True], id="properties"),
        pytest.param("element.dataset", [{}, None, {"a": [1]}], [[], "a"], id="dataset"),
    ],
)  # fmt: skip
def test_a_field_holds_what_it_should(
    field: str, taken: list[object], refused: list[object]
) -> None:
    for value in taken:
        assert check_event(with_field(field, value))
    for value in refused:
        refusal = rejected(with_field(field, value))
        assert refusal.field is not None
        assert refusal.field.startswith(on_wire(field))
        assert refusal.message.startswith(refusal.field)


@pytest.mark.parametrize(
    ("field", "whole", "one_more"),
    [
        pytest.param("items", [{}] * 200, [{}] * 201, id="items"),
        pytest.param(
            "element.dataset",
            dict.fromkeys(map(str, range(64)), 1),
            dict.fromkeys(map(str, range(65)), 1),
            id="data attributes",
        ),
        pytest.param(
            "properties",
            dict.fromkeys(map(str, range(254)), 1),
            dict.fromkeys(map(str, range(255)), 1),
            id="properties, beside two fields",
        ),
        pytest.param("properties", {}, dict.fromkeys(map(str, range(5000)), 1), id="many"),
    ],
)
def test_there_may_be_so_many(field: str, whole: object, one_more: object) -> None:
    assert check_event(with_field(field, whole))
    refusal = rejected(with_field(field, one_more))
    assert (refusal.reason, refusal.field) == (Reason.TOO_MANY, field)


def test_unknown_fields_and_properties_are_counted_together() -> None:
    document: Document = {"eventName": "a", "properties": dict.fromkeys(map(str, range(127)), 1)}
    document |= dict.fromkeys((f"x{number}" for number in range(127)), 1)
    assert check_event(document | {"_ingest": {}})
    assert rejected(document | {"x": 1}).reason == Reason.TOO_MANY


def test_unknown_fields_within_known_objects_do_no_harm() -> None:
    document = {"eventName": "a", "product": {"id": "p", "rating": 5}, "items": [{"gift": True}]}
    assert check_event(document)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(
            {"eventName": "a", "product": {"price": "1.299,50"}},
            "product.price: expected a number that is not negative, "
            'or its digits such as "1299.50"',
            id="a price as people write it",
        ),
        pytest.param(
            {"eventName": "a", "order": {"currency": "dong"}},
            "order.currency: expected `str` of length <= 3",
            id="a currency by its name",
        ),
        pytest.param(
            {"eventName": "a", "currency": "D1"},
            "currency: expected an ISO 4217 code of three letters such as VND",
            id="a currency that is none",
        ),
        pytest.param(
            {"eventName": "a", "items": [{}, {"quantity": "many"}]},
            "items[1].quantity: expected `int | null`, got `str`",
            id="a quantity in words",
        ),
        pytest.param({"userId": "u"}, "eventName is missing or empty", id="no name"),
    ],
)
def test_the_message_names_the_field_and_what_was_expected(
    document: Document, message: str
) -> None:
    assert rejected(document).message == message

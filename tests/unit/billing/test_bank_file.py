"""What came in, read from the bank's file, and which invoice it pays."""

from datetime import date

import pytest

from creneau.billing.bank_file import Credit, read_bank_file
from creneau.billing.match_payments import Match, matched
from creneau.shared.errors import Invalid

FILE = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">
<BkToCstmrStmt><Stmt><Acct><Id><IBAN>CH93 0076 2011 6238 5295 7</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt>
</Document>"""
ENTRY = """<Ntry><Amt Ccy="CHF">{total}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{status}
<BookgDt><Dt>2027-03-16</Dt></BookgDt><AcctSvcrRef>{ref}</AcctSvcrRef>
<NtryDtls>{transactions}</NtryDtls></Ntry>"""
TRANSACTION = """<TxDtls><Refs><EndToEndId>{end}</EndToEndId></Refs><Amt Ccy="CHF">{amount}</Amt>
<RltdPties><Dbtr>{debtor}</Dbtr></RltdPties>
<RmtInf><Ustrd>{text}</Ustrd><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"""


def transaction(amount="120.50", reference="", text="", name="Claire Martin", end="E1", nested=False) -> str:
    debtor = f"<Pty><Nm>{name}</Nm></Pty>" if nested else f"<Nm>{name}</Nm>"
    return TRANSACTION.format(amount=amount, reference=reference, text=text, debtor=debtor, end=end)


def entry(*transactions: str, sign="CRDT", status="<Sts>BOOK</Sts>", ref="R1", total="120.50", extra="") -> str:
    return ENTRY.format(total=total, sign=sign, status=status + extra, ref=ref, transactions="".join(transactions))


def read(*entries: str, version="04"):
    return read_bank_file(FILE.format(version=version, entries="".join(entries)).encode())


@pytest.mark.parametrize(
    ("version", "status", "nested"),
    [("02", "<Sts>BOOK</Sts>", False), ("04", "<Sts>BOOK</Sts>", False), ("08", "<Sts><Cd>BOOK</Cd></Sts>", True)],
)
def test_every_version_says_the_same(version, status, nested):
    found = read(entry(transaction(reference="21 00000 00003 13947", nested=nested), status=status), version=version)
    assert found.account == "CH9300762011623852957"
    (credit,) = found.credits
    assert (credit.amount, credit.currency, credit.on) == (12_050, "CHF", date(2027, 3, 16))
    assert (credit.reference, credit.debtor) == ("21000000000313947", "Claire Martin")


def test_a_collective_booking_is_its_transactions_each_once():
    parts = [transaction("20.00", end="A"), transaction("100.50", end="B"), transaction("20.00", end="C")]
    found = read(entry(*parts), entry(*parts))
    assert [c.amount for c in found.credits] == [2_000, 10_050, 2_000]


def test_two_alike_that_the_bank_names_by_nothing_are_two_and_the_same_two_when_read_again():
    for end in ("", "NOTPROVIDED"):
        nameless = entry(transaction(end=end), ref="")
        first, again = read(nameless, nameless), read(nameless, nameless)
        assert (len(first.credits), first.credits) == (2, again.credits)


def test_the_parts_of_a_collective_booking_say_their_own_amounts():
    silent = transaction().replace('<Amt Ccy="CHF">120.50</Amt>', "")
    assert [c.amount for c in read(entry(silent)).credits] == [12_050]
    with pytest.raises(Invalid, match="transaction 1: without an amount"):
        read(entry(silent, silent))


@pytest.mark.parametrize(
    "other",
    [
        {"sign": "DBIT"},
        {"status": "<Sts>PDNG</Sts>"},
        {"extra": "<RvslInd>true</RvslInd>"},
        {"extra": "<RvslInd>1</RvslInd>"},
    ],
)
def test_what_is_no_credit_is_left_out_and_counted(other):
    found = read(entry(transaction(), **other))
    assert (found.credits, found.left_out) == ((), 1)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"not xml", "not XML"),
        (b"<html/>", "neither camt.053 nor camt.054"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><Document/>', "declares a document type"),
        (b" " * 5_000_001, "larger than 5 MB"),
        (FILE.format(version="04", entries=entry(transaction("1.234"))).encode(), "entry 1, transaction 1"),
        (FILE.format(version="04", entries=entry(transaction("much"))).encode(), "can't be read"),
        (FILE.format(version="04", entries=entry(transaction("Infinity"))).encode(), "beyond 999,999,999.99"),
        (FILE.format(version="04", entries=entry(transaction("1E+999999"))).encode(), "beyond|can't be read"),
    ],
)
def test_another_file_is_refused_with_the_place(content, problem):
    with pytest.raises(Invalid, match=problem):
        read_bank_file(content)


def credit(amount=12_050, reference="", **more) -> Credit:
    given: dict = {"id": "c1", "currency": "CHF", "on": date(2027, 3, 16)} | more
    return Credit(amount=amount, reference=reference, **given)


class TestMatching:
    @pytest.fixture
    def invoices(self, books):
        books.visit("2027-03-01 09:00")
        books.visit("2027-03-01 10:00", "pat_2")
        return [books.invoiced("bat_1"), books.invoiced("bat_2", patient_id="pat_2")]

    def match(self, invoices, *credits, recorded=()):
        references = {i.id: f"RF{n}" for n, i in enumerate(invoices)}
        return matched(credits, invoices, lambda i: references[i.id], lambda c: c.id in recorded)

    def test_by_reference_in_part_in_full_and_what_is_too_much_is_told(self, invoices):
        first, second, third = self.match(
            invoices, credit(2_050, "RF0", id="a"), credit(10_000, "RF0", id="b"), credit(500, "RF0", id="c")
        )
        assert [(m.match, m.amount, m.excess) for m in (first, second)] == [
            (Match.REFERENCE, 2_050, 0),
            (Match.REFERENCE, 10_000, 0),
        ]
        assert (third.match, third.amount, third.excess) == (Match.UNKNOWN, 0, 500)

    def test_what_is_recorded_is_never_booked_again(self, invoices):
        (known,) = self.match(invoices, credit(reference="RF0"), recorded={"c1"})
        assert known.match is Match.RECORDED

    def test_without_a_reference_the_likely_ones_are_proposed(self, invoices):
        one, two = invoices
        by_name = self.match(invoices, credit(debtor="2 P"))[0]
        assert (by_name.match, by_name.invoice_ids) == (Match.PROPOSED, (two.id,))
        by_number = self.match(invoices, credit(5_000, text="Facture f2027-0001 merci"))[0]
        assert by_number.invoice_ids == (one.id,)
        assert self.match(invoices, credit(777, debtor="Somebody"))[0].match is Match.UNKNOWN

    def test_an_unknown_reference_is_proposed_on_nobody_for_its_amount_alone(self, books, invoices):
        books.paid(invoices[0], 12_050)
        rest = [books.invoice(i.id) for i in invoices if i.id != invoices[0].id]
        (found,) = self.match(rest, credit(reference="RF77"))
        assert (found.match, found.invoice_ids) == (Match.UNKNOWN, ())

    def test_another_currency_pays_nothing(self, invoices):
        (found,) = self.match(invoices, credit(reference="RF0", currency="EUR"))
        assert (found.match, found.amount) == (Match.UNKNOWN, 0)

"""A bank's notice of one credit, as e-banking exports it (camt.054)."""

from datetime import date


def notice_of_credit(iban: str, on: date, amount: int, currency: str, reference: str) -> str:
    """`amount` in minor units; `reference` is the slip's."""
    written = f"{amount // 100}.{amount % 100:02}"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">
  <BkToCstmrDbtCdtNtfctn>
    <Ntfctn>
      <Acct><Id><IBAN>{iban}</IBAN></Id></Acct>
      <Ntry>
        <Amt Ccy="{currency}">{written}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
        <BookgDt><Dt>{on}</Dt></BookgDt><AcctSvcrRef>{on:%Y%m%d}00001</AcctSvcrRef>
        <NtryDtls><TxDtls>
          <Amt Ccy="{currency}">{written}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
          <RmtInf><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf>
        </TxDtls></NtryDtls>
      </Ntry>
    </Ntfctn>
  </BkToCstmrDbtCdtNtfctn>
</Document>
"""

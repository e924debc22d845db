"""What the template and the code must say alike: how many deliver at once, so that their paces make the account's rate."""

import pytest

from creneau.wiring import DELIVERERS
from tests.template.loaded import the_stack

STACK = the_stack()


@pytest.mark.promise(21)
def test_as_many_deliver_at_once_as_share_the_rate():
    sources = STACK.of("AWS::Lambda::EventSourceMapping").values()
    (outbox,) = [s for s in sources if s.get("EventSourceArn") == {"Fn::GetAtt": ["Outbox", "Arn"]}]
    assert outbox["ScalingConfig"] == {"MaximumConcurrency": DELIVERERS}

"""An AWS account on the loopback interface: MiniStack in process, made to behave where we saw it differ."""

MINISTACK = "1.5.33"
REGION = "eu-west-3"

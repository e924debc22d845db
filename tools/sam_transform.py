"""What CloudFormation gets to see: the SAM template, read with its short tags and transformed offline.

usage: sam_transform.py TEMPLATE > transformed.json
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import yaml

Template = dict[str, Any]

# Local folders become S3 objects in `sam package`; the transform only takes these.
PACKAGED = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
    "AWS::Serverless::Application": "Location",
}


class _Loader(yaml.SafeLoader):
    pass


def _short_tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Template:
    value: Any = None
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_tag)
# A date is a string to CloudFormation.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str) -> Template:
    template: Template = yaml.load(text, _Loader)  # noqa: S506 (a SafeLoader with CloudFormation's tags)
    return template


def _as_packaged(template: Template) -> Template:
    packaged: Template = json.loads(json.dumps(template))
    for parameter in packaged.get("Parameters", {}).values():
        parameter.setdefault("Default", "x")
    packaged.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for resource in packaged["Resources"].values():
        where = PACKAGED.get(resource["Type"])
        if where and not {"InlineCode", "Definition", "ImageUri"} & set(resource.setdefault("Properties", {})):
            resource["Properties"][where] = "s3://bucket/key" if where != "Location" else "https://s3.amazonaws.com/b/k"
    return packaged


class _NoManagedPolicies:
    """Names of managed policies are left as they are: the template gives ARNs, or none."""

    def load(self) -> dict[str, str]:
        return {}


def transform(template: Template) -> Template:
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-3")
    from samtranslator.translator.transform import transform as sam

    transformed: Template = sam(_as_packaged(template), {}, _NoManagedPolicies())
    return transformed


if __name__ == "__main__":
    json.dump(transform(read(Path(sys.argv[1]).read_text())), sys.stdout, indent=1)

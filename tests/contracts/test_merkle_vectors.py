"""What other implementations of RFC 6962 publish as test data, held against ours."""

from __future__ import annotations

import json
from base64 import b64decode
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from domain.audit.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofError,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.support.merkle import hashes_of

VECTORS = json.loads((Path(__file__).parent / "merkle" / "vectors.json").read_text("utf-8"))
LEAVES = [leaf_hash(bytes.fromhex(data)) for data in VECTORS["leaves"]]
ROOTS = [EMPTY_ROOT, *map(b64decode, VECTORS["roots"])]


def name(case: dict[str, Any]) -> str:
    return str(case["file"])


def proof_of(case: dict[str, Any]) -> list[bytes]:
    return [b64decode(each) for each in case["proof"]]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_of_the_first_trees_are_theirs(size: int) -> None:
    frontier = Frontier()
    frontier.extend(LEAVES[:size])

    assert frontier.root == ROOTS[size]


@pytest.mark.parametrize("case", VECTORS["inclusion"], ids=name)
def test_inclusion_is_judged_as_they_judge_it(case: dict[str, Any]) -> None:
    with pytest.raises(ProofError) if case["wantErr"] else nullcontext():
        verify_inclusion(
            case["leafIdx"],
            case["treeSize"],
            b64decode(case["leafHash"]),
            proof_of(case),
            b64decode(case["root"]),
        )


@pytest.mark.parametrize("case", VECTORS["consistency"], ids=name)
def test_consistency_is_judged_as_they_judge_it(case: dict[str, Any]) -> None:
    with pytest.raises(ProofError) if case["wantErr"] else nullcontext():
        verify_consistency(
            case["size1"],
            case["size2"],
            b64decode(case["root1"]),
            b64decode(case["root2"]),
            proof_of(case),
        )


@pytest.mark.parametrize(
    "case", [case for case in VECTORS["inclusion"] if not case["wantErr"]], ids=name
)
def test_our_inclusion_proofs_are_theirs(case: dict[str, Any]) -> None:
    ranges = inclusion_ranges(case["leafIdx"], case["treeSize"])

    assert hashes_of(ranges, LEAVES) == proof_of(case)


@pytest.mark.parametrize(
    "case", [case for case in VECTORS["consistency"] if not case["wantErr"]], ids=name
)
def test_our_consistency_proofs_are_theirs(case: dict[str, Any]) -> None:
    ranges = consistency_ranges(case["size1"], case["size2"])

    assert hashes_of(ranges, LEAVES) == proof_of(case)

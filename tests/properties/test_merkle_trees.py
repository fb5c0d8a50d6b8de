"""Every proof of every small tree holds, and none holds for anything else."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audit.merkle import (
    Frontier,
    ProofError,
    complete_root,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    root_over,
    subtrees,
    verify_consistency,
    verify_inclusion,
)
from tests.support.merkle import hashes_of, root_of

LEAVES = [leaf_hash(str(number).encode()) for number in range(80)]
SIZES = st.integers(1, len(LEAVES))


@given(size=SIZES, data=st.data())
def test_a_leaf_is_proved_where_it_is_and_nowhere_else(size: int, data: st.DataObject) -> None:
    index, elsewhere = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    proof, root = hashes_of(inclusion_ranges(index, size), LEAVES), root_of(LEAVES[:size])

    verify_inclusion(index, size, LEAVES[index], proof, root)
    if elsewhere != index:
        with pytest.raises(ProofError):
            verify_inclusion(elsewhere, size, LEAVES[index], proof, root)
        with pytest.raises(ProofError):
            verify_inclusion(index, size, LEAVES[elsewhere], proof, root)


@given(new=SIZES, data=st.data())
def test_a_tree_begins_with_its_own_past_and_with_no_other(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    changed = data.draw(st.integers(0, old - 1))
    proof, root = hashes_of(consistency_ranges(old, new), LEAVES), root_of(LEAVES[:new])
    other = [*LEAVES]
    other[changed] = hashlib.sha256(b"rewritten").digest()

    verify_consistency(old, new, root_of(LEAVES[:old]), root, proof)
    with pytest.raises(ProofError):
        verify_consistency(old, new, root_of(other[:old]), root, proof)
    other_proof = hashes_of(consistency_ranges(old, new), other)
    with pytest.raises(ProofError):
        verify_consistency(old, new, root_of(LEAVES[:old]), root_of(other[:new]), other_proof)


@given(new=SIZES, data=st.data())
def test_a_proof_that_is_cut_padded_or_bent_proves_nothing(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    proof = hashes_of(consistency_ranges(old, new), LEAVES)
    roots = root_of(LEAVES[:old]), root_of(LEAVES[:new])
    bent = [proof[:-1]] if proof else []
    bent += [[*proof, LEAVES[0]]]
    for number in range(len(proof)):
        flipped = bytes([proof[number][0] ^ 1]) + proof[number][1:]
        bent.append([*proof[:number], flipped, *proof[number + 1 :]])

    for each in bent:
        with pytest.raises(ProofError):
            verify_consistency(old, new, *roots, each)


@given(steps=st.lists(st.integers(0, 12), max_size=6))
def test_a_growing_tree_has_the_root_of_a_tree_grown_at_once(steps: list[int]) -> None:
    frontier = Frontier()
    for step in steps:
        frontier.extend(LEAVES[frontier.size : frontier.size + step])

    assert frontier.root == root_of(LEAVES[: frontier.size])


@given(size=SIZES, data=st.data())
def test_every_range_of_a_proof_is_made_of_complete_subtrees(
    size: int, data: st.DataObject
) -> None:
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    for start, end in [(0, size), *inclusion_ranges(index, size), *consistency_ranges(old, size)]:
        parts = [LEAVES[i << level : (i + 1) << level] for level, i in subtrees((start, end))]

        assert [leaf for part in parts for leaf in part] == LEAVES[start:end]
        assert root_over([complete_root(part) for part in parts]) == root_of(LEAVES[start:end])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        inclusion_ranges(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 3)])
def test_a_tree_that_is_no_beginning_has_no_proof(old: int, new: int) -> None:
    with pytest.raises(ProofError):
        consistency_ranges(old, new)

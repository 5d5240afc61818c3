"""Ballot manifests as CSV: which batches there are and how many cards each holds. Colorado, Arlo and the like."""

from collections.abc import Iterator

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.export.bundle import add_wrapping, unbundled
from faircount.read.manifests.manifest_rows import ManifestFile, facts_of_all, find_header
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.csv_rows import candidates, files_to_read, folder_jurisdictions, head_rows, open_rows
from faircount.read.syntax.named_rows import reject_broken


def recognise(export: Export) -> Recognition | None:
    """Claim an export whose files all have, among their first rows, a header that names batches and their cards."""
    try:
        export = unbundled(export)
    except BadInputError:
        return None
    names = candidates(export)
    why = ""
    for name in names:
        columns = find_header(head_rows(export, name))
        if columns is None:
            return None
        why = why or columns.why()
    if not why:
        return None
    return Recognition(80, "", why if len(names) == 1 else f"{len(names)} files, the first {why}")


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the batches of every manifest, in the order of the files and their rows.

    Raises `BadInputError` when a file has no manifest's header or is not text.
    """
    builder = BatchBuilder()
    export = unbundled(export)
    first = add_wrapping(builder, export)
    names = files_to_read(export)
    folders = folder_jurisdictions(names)
    stated: set[str] = set()
    for number, name in enumerate(export.names, first):
        if name not in names:
            builder.add_companion(export, number, name)
            continue
        manifest = ManifestFile(name, export.place(name), folders.get(name))
        with open_rows(export, name, reject_broken(name, builder)) as rows:
            for _ in manifest.read(rows, builder):
                if builder.full:
                    yield builder.build()
            builder.add_file(number, name, rows, manifest.records)
        builder.add_facts(("note", note) for note in manifest.notes)
        stated |= manifest.jurisdictions
    builder.add_facts(facts_of_all(stated, folders))
    yield builder.build()


READER = Reader(
    name="manifest-csv",
    title="ballot manifest (CSV)",
    source="Colorado Department of State, ballot manifests of 2020; Arlo user manual, ballot manifest template",
    gives=("manifest", "files", "rejected", "facts"),
    recognise=recognise,
    plan=one_part,  # that all are of one jurisdiction is known by their rows; a state's have 0.2 MB
    read=read,
)

"""Ballot manifests as Excel workbooks: San Francisco's, and any whose first sheet has a manifest's columns."""

from collections.abc import Iterator

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.manifests.manifest_rows import ManifestFile, facts_of_all, find_header
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.csv_rows import candidates, files_to_read, folder_jurisdictions
from faircount.read.syntax.workbook import HEAD_ROWS, Workbook, head_of_sheet, open_workbook


def recognise(export: Export) -> Recognition | None:
    """Claim an export of workbooks whose first sheets have a header that names batches and their cards."""
    names = candidates(export)
    why = ""
    for name in names:
        columns = find_header(head_of_sheet(export, name))
        if columns is None:
            return None
        why = why or columns.why()
    if not why:
        return None
    return Recognition(82, "", why if len(names) == 1 else f"{len(names)} workbooks, the first {why}")


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the batches of every workbook's first sheet, in the order of the files and their rows.

    Raises `BadInputError` when a workbook cannot be opened, its first sheet has no manifest's header, or a later
    sheet has one too.
    """
    builder = BatchBuilder()
    names = files_to_read(export)
    folders = folder_jurisdictions(names)
    stated: set[str] = set()
    for number, name in enumerate(export.names):
        if name not in names:
            builder.add_companion(export, number, name)
            continue
        book = open_workbook(export, name)
        _refuse_more_manifests(book)
        manifest = ManifestFile(name, export.place(name), folders.get(name))
        for _ in manifest.read(book.rows(), builder):
            if builder.full:
                yield builder.build()
        builder.add("files", file=number, name=name, sha256=book.sha256, bytes=book.size, records=manifest.records)
        builder.add_facts(("note", note) for note in manifest.notes)
        if book.formulas:
            cells = sum(book.formulas.values())
            builder.add_facts([("note", f"{name}: {cells:,} cells are formulas, read as they were last computed")])
        stated |= manifest.jurisdictions
    builder.add_facts(facts_of_all(stated, folders))
    yield builder.build()


def _refuse_more_manifests(book: Workbook) -> None:
    """Refuse a workbook of several manifests: only the first sheet is read, and no batch may be passed over."""
    for index, title in enumerate(book.sheets[1:], 1):
        head = [cells for _, cells in zip(range(HEAD_ROWS), (cells for _, cells in book.rows(index)), strict=False)]
        if find_header(head):
            raise BadInputError(
                book.place, "a manifest is one sheet, the first", f"another in sheet {title!r}",
                "save each as its own file",
            )  # fmt: skip


READER = Reader(
    name="manifest-xlsx",
    title="ballot manifest (Excel)",
    source="San Francisco Department of Elections, ballot manifest of 5 November 2019",
    gives=("manifest", "files", "rejected", "facts"),
    recognise=recognise,
    plan=one_part,  # that all are of one jurisdiction is known by their rows; they are small
    read=read,
)

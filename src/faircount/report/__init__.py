"""The page that a run leaves for readers: one HTML file, no script, nothing fetched from anywhere."""

from faircount.model import ElectionPage, MissingToolError

__all__ = ["html_page"]


def html_page(page: ElectionPage, language: str = "en") -> str:
    """Return the report as one self-contained HTML page; equal pages give equal bytes.

    `language` is a BCP 47 tag for which `report/locale` has a catalogue; English needs none.

    Raises `UsageError` for a language without a catalogue, `MissingToolError` where Jinja2 or Babel is absent.
    """
    try:
        from faircount.report.page import render
        from faircount.report.words import words_for
    except ModuleNotFoundError as error:
        raise MissingToolError(
            f"the HTML report needs {error.name}, which is not installed; pip install 'faircount[report]'"
        ) from error
    return render(page, words_for(language))

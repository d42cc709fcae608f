"""A place in a row of tokens, and the errors that can be said from there."""

from __future__ import annotations

from workbench.errors import ReplError
from workbench.repl.description import Location
from workbench.repl.layout import lay_out
from workbench.repl.lexer import Kind, Token

# Renode reserves these, so no peripheral and no property can be called so.
_WORDS = "using new as preinit init reset local true True false False none empty"
KEYWORDS = frozenset(_WORDS.split(" "))
MAX_NESTING = 64  # of values in values; deeper is not a platform but an attack on the stack


class Cursor:
    """Reads tokens one by one; every error says what was expected and what stands there."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self._source, self._tokens = lay_out(text, file)
        self._index = 0
        self._nesting = 0

    @property
    def token(self) -> Token:
        """The token at the current place."""
        return self._tokens[self._index]

    def ahead(self, count: int = 1) -> Token:
        """Return the token `count` places further on, the last one where there are not so many."""
        return self._tokens[min(self._index + count, len(self._tokens) - 1)]

    def location(self) -> Location:
        """Return where the current token stands in the file."""
        return Location(self.file, self.token.line, self.token.column)

    def advance(self) -> Token:
        """Return the current token and go on to the next."""
        token = self.token
        if token.kind is not Kind.END:
            self._index += 1
        return token

    def error(self, message: str, token: Token | None = None, hint: str = "") -> ReplError:
        """Return an error at `token`, at the current one for None."""
        at = token or self.token
        return ReplError(message, file=self.file, line=at.line, column=at.column, hint=hint)

    def unexpected(self, expected: str, hint: str = "") -> ReplError:
        """Return an error that says what was expected in place of the current token."""
        return self.error(f"expected {expected}, found {self.token}", hint=hint)

    def at_end(self) -> bool:
        """Return whether all tokens have been read."""
        return self.token.kind is Kind.END

    def at_mark(self, *marks: str) -> bool:
        """Return whether the current token is one of these punctuation marks."""
        return self.token.kind is Kind.MARK and self.token.text in marks

    def at_word(self, *words: str) -> bool:
        """Return whether the current token is one of these words."""
        return self.token.kind is Kind.NAME and self.token.text in words

    def at_name(self) -> bool:
        """Return whether the current token is a name that a peripheral can have."""
        return self.token.kind is Kind.NAME and self.token.text not in KEYWORDS

    def accept(self, mark: str) -> bool:
        if not self.at_mark(mark):
            return False
        self.advance()
        return True

    def accept_word(self, word: str) -> bool:
        """Go past the word `word` and return True, or stay where it does not stand here."""
        if not self.at_word(word):
            return False
        self.advance()
        return True

    def expect(self, mark: str, where: str = "") -> Token:
        if not self.at_mark(mark):
            raise self.unexpected(f"'{mark}'" + (f" {where}" if where else ""))
        return self.advance()

    def name(self, what: str) -> str:
        if self.at_name():
            return self.advance().text
        hint = f"'{self.token.text}' is a keyword" if self.token.kind is Kind.NAME else ""
        raise self.unexpected(what, hint)

    def dotted_name(self, what: str) -> str:
        """Return the names here that dots connect; `what` names them in an error."""
        parts = [self.name(what)]
        while self.accept("."):
            parts.append(self.name(f"the rest of {what} after '.'"))
        return ".".join(parts)

    def string(self, what: str) -> str:
        """Return the text in quotes at the current place; `what` names it in an error."""
        if self.token.kind is not Kind.STRING:
            raise self.unexpected(f"{what} in quotes")
        return self.advance().text

    def integer(self, what: str, limit: int = 1 << 64) -> int:
        """Return an unsigned number below `limit`."""
        token = self.token
        if token.kind is not Kind.NUMBER or "." in token.text:
            raise self.unexpected(what)
        value = self.number_of(token)
        if value >= limit:
            raise self.error(f"{token.text} is too large for {what}")
        self.advance()
        return int(value)

    def number_of(self, token: Token) -> int | float:
        """Return the value of a token that is a number."""
        digits = token.text.replace("_", "")
        if len(digits) > 40:  # 64 bits have 20 digits
            raise self.error("this number has too many digits", token)
        if digits.startswith("0x"):
            return int(digits, 16)
        return float(digits) if "." in digits else int(digits)

    def raw(self, first: Token, last: Token) -> str:
        """Return the text from `first` to `last`, comments blanked."""
        return self._source.text[first.start : last.end]

    def enter(self) -> None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise self.error(f"values are nested more than {MAX_NESTING} deep")

    def leave(self) -> None:
        self._nesting -= 1

/// What somebody has pressed.
package enum Key: Sendable, Equatable {
    /// A printable character.
    case character(Character)
    /// Ctrl with a letter, which is given in lower case.
    case control(Character)
    case enter, escape, backspace, tab, delete
    case up, down, left, right, pageUp, pageDown, home, end
}

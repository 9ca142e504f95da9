/// Colours in text that goes to a terminal, apart from whatever others have put into it.
///
/// A command's text is its own words with names, reasons and titles of anyone between them. What paints writes a mark
/// where the escape character would be; `sealed` is the one way to the terminal. It turns marks of colours into the
/// character and every other control character into U+FFFD, so that nothing that was quoted moves the cursor, names the
/// window or colours what follows.
package enum PaintedText {
    /// In the place of ESC until the text is sealed: a noncharacter, which no text of others has a use for (Unicode, 23.7).
    private static let mark = Unicode.Scalar(0xFDD0 as UInt32)!
    private static let reset = "\u{1B}[0m"

    /// The text in a colour, until it is sealed.
    package static func painted(_ text: String, _ style: TableWriter.Style) -> String {
        guard style != .plain, !text.isEmpty else { return text }
        return "\(mark)[\(style.rawValue)m\(text)\(mark)[0m"
    }

    /// Text that is clean and painted already, as part of one that will be sealed.
    package static func adopted(_ text: String) -> String {
        var adopted = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { adopted.append(scalar == "\u{1B}" ? mark : scalar) }
        return String(adopted)
    }

    /// What a terminal may be given: colours where they are wanted, line breaks and tabs, and no other control character.
    /// No colour goes on in the next line.
    package static func sealed(_ text: String, colors: Bool) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A || $0 == 0x09 }) { return text }
        let scalars = Array(text.unicodeScalars)
        var sealed = String.UnicodeScalarView()
        var isPainted = false
        var position = 0
        while position < scalars.count {
            let scalar = scalars[position]
            position += 1
            if scalar == mark {
                guard let code = colour(scalars, at: position) else {
                    sealed.append("\u{FFFD}")
                    continue
                }
                position += code.count + 2
                guard colors else { continue }
                isPainted = code != ["0"]
                sealed.append("\u{1B}")
                sealed.append("[")
                sealed.append(contentsOf: code)
                sealed.append("m")
            } else if scalar == "\n" {
                if isPainted { sealed.append(contentsOf: reset.unicodeScalars) }
                isPainted = false
                sealed.append(scalar)
            } else {
                sealed.append(scalar != "\t" && DisplayText.isControl(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(sealed)
    }

    /// Digits and semicolons between `[` and `m`, nil where there is no such thing.
    private static func colour(_ scalars: [Unicode.Scalar], at position: Int) -> [Unicode.Scalar]? {
        guard position < scalars.count, scalars[position] == "[" else { return nil }
        let code = scalars[(position + 1)...].prefix(8).prefix { "0"..."9" ~= $0 || $0 == ";" }
        guard code.endIndex < scalars.count, scalars[code.endIndex] == "m" else { return nil }
        return Array(code)
    }
}

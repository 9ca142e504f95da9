/// Markup that is known to be well-formed. What is interpolated into it is text, and escaped, unless it is markup itself:
/// so that nobody can forget it.
///
///     let row: HTML = "<td>\(name)</td>"
package struct HTML: Sendable, Equatable, ExpressibleByStringInterpolation {
    /// As it is written.
    package private(set) var text: String

    /// Nothing.
    package init() { text = "" }
    package init(stringLiteral value: StaticString) { text = "\(value)" }
    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
    /// Text, escaped.
    package init(escaping text: String) { self.text = Self.escape(text) }

    package static func + (a: HTML, b: HTML) -> HTML {
        var sum = a
        sum += b
        return sum
    }
    package static func += (a: inout HTML, b: HTML) { a.text += b.text }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }
        package mutating func appendLiteral(_ literal: StaticString) { text += "\(literal)" }
        package mutating func appendInterpolation(_ markup: HTML) { text += markup.text }
        package mutating func appendInterpolation(_ written: String) { text += HTML.escape(written) }
        package mutating func appendInterpolation(_ number: Int) { text += String(number) }
        /// A length or a place in a drawing, to a tenth; what is no number is 0.
        package mutating func appendInterpolation(_ number: Double) {
            text += number.isFinite ? Wording.fixed(number, 1) : "0"
        }
    }

    /// Escapes text so that nothing of it is taken for markup, also within quotes. Characters that steer a terminal or turn
    /// the direction of text are shown as what they are.
    private static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            default:
                if isHidden(scalar) {
                    escaped += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    escaped.unicodeScalars.append(scalar)
                }
            }
        }
        return escaped
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}

extension Sequence<HTML> {
    /// One behind the other.
    package func joined() -> HTML { reduce(into: HTML()) { $0 += $1 } }
}

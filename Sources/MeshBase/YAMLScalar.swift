/// Single values as YAML has them.
package enum YAMLScalar {
    /// Any text, in double quotes.
    package static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _
            where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0xFEFF
                || scalar.value == 0x2028 || scalar.value == 0x2029:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// Whether a reader could take the text for a truth value or for nothing, whatever its case.
    package static func isWord(_ text: String) -> Bool { words.contains(text.lowercased()) }

    private static let words: Set = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
}

import MeshBase

/// The secrets of a scenario: names in its texts, and values that are put in at the last moment and hidden in all that is told.
package struct SecretBook: Sendable {
    /// A secret as a scenario names it.
    package struct Secret: Sendable, Equatable {
        package var name: String
        /// The variable of the environment that has its value.
        package var variable: String
        /// Taken where there is no such variable.
        package var fallback: String?
        /// Where it is written, as `FILE:LINE`.
        package var place: String

        package init(_ name: String, variable: String, fallback: String? = nil, place: String) {
            self.name = name
            self.variable = variable
            self.fallback = fallback
            self.place = place
        }
    }

    private var values: [String: String] = [:]
    /// The longest first, so that none leaves a part of another.
    private var hidden: [String] = []

    /// Around a secret's name in a text: no characters (Unicode 23.7), so that no file has them.
    private static let (opens, closes) = (Unicode.Scalar(0xFDD0 as UInt32)!, Unicode.Scalar(0xFDD1 as UInt32)!)

    /// Secrets of a scenario at most.
    package static let most = 64

    /// Without any.
    package init() {}

    /// With the values that the environment has.
    ///
    /// - Parameter value: of a variable; nil where there is none.
    /// - Throws: the secret that has no value.
    package init(_ secrets: [Secret], _ value: (String) -> String?) throws(Missing) {
        for secret in secrets {
            guard let found = value(secret.variable) ?? secret.fallback else { throw Missing(secret: secret) }
            values[secret.name] = found
        }
        let all = Set(values.values.filter { !$0.isEmpty })
        // As it stands in an address too.
        hidden = Array(all.union(all.map(PercentText.encoded))).sorted {
            ($1.utf8.count, $0) < ($0.utf8.count, $1)
        }
    }

    /// A secret without a value.
    package struct Missing: Error, Equatable {
        package var secret: Secret
    }

    /// A secret in a text, by its name.
    package static func mark(_ name: String) -> String { "\(opens)\(name)\(closes)" }

    /// Whether a text holds one.
    package static func isMarked(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0 == opens || $0 == closes }
    }

    /// A text as people may see it.
    package static func shown(_ text: String) -> String { replaced(text) { "${\($0)}" } }

    /// A text with its plain parts changed, and its secrets where they were.
    package static func mapPlain(_ text: String, _ change: (String) -> String) -> String {
        guard isMarked(text) else { return change(text) }
        var (result, plain) = ("", String.UnicodeScalarView())
        var isName = false
        for scalar in text.unicodeScalars {
            if scalar == opens {
                result += change(String(plain))
                (plain, isName) = (.init(), true)
            }
            if isName { result.unicodeScalars.append(scalar) } else { plain.append(scalar) }
            if scalar == closes { isName = false }
        }
        return result + change(String(plain))
    }

    /// A text with the values in it.
    ///
    /// - Parameter change: made of each value before.
    package func filled(_ text: String, _ change: (String) -> String = { $0 }) -> String {
        Self.replaced(text) { values[$0].map(change) ?? "" }
    }

    /// A text that came from outside, without the values.
    package func hiding(_ text: String) -> String {
        guard !hidden.isEmpty else { return text }
        var text = text
        for value in hidden where text.contains(value) {
            text = text.split(separator: value, omittingEmptySubsequences: false).joined(separator: "***")
        }
        return text
    }

    private static func replaced(_ text: String, _ value: (String) -> String) -> String {
        guard isMarked(text) else { return text }
        var (result, name) = (String.UnicodeScalarView(), String.UnicodeScalarView())
        var isName = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case opens: (isName, name) = (true, .init())
            case closes:
                if isName { result.append(contentsOf: value(String(name)).unicodeScalars) }
                isName = false
            default: if isName { name.append(scalar) } else { result.append(scalar) }
            }
        }
        return String(result)
    }
}

/// Texts of answers for people.
package enum CallText {
    /// A clip of a text on one line, for people.
    package static func clip(_ text: String, most: Int = 120) -> String {
        var (clip, wasSpace) = ("", true)
        for scalar in text.unicodeScalars.prefix(4_096) {
            guard clip.unicodeScalars.count < most else { return clip + " ..." }
            let isSpace = scalar.properties.isWhitespace || scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            if isSpace {
                if !wasSpace { clip += " " }
            } else {
                clip.unicodeScalars.append(scalar)
            }
            wasSpace = isSpace
        }
        while clip.hasSuffix(" ") { clip.removeLast() }
        return clip
    }
}

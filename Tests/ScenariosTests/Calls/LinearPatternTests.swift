import MeshBase
import Testing

@testable import Scenarios

/// Patterns: what they find, as Python's `re.search` does, and that none takes longer than the text is long.
@Suite struct LinearPatternTests {
    private func isFound(_ pattern: String, in text: String) throws -> Bool {
        try LinearPattern(text: pattern).isFound(in: text)
    }

    @Test func findsWhatPythonFinds() throws {
        for (pattern, text, isThere) in [
            ("a", "bab", true), ("^a", "ba", false), ("a$", "a\n", true), ("a\\Z", "a\n", false), ("^$", "", true),
            ("(?m)^b$", "a\nb\nc", true), ("a.c", "a\nc", false), ("(?s)a.c", "a\nc", true), ("(?i)ABC", "xaBc", true),
            ("(?i)[a-c]+$", "ABC", true), ("a{2,3}$", "aaaa", true), ("^a{2,3}$", "aaaa", false), ("^a{,2}$", "", true),
            ("a{x}", "a{x}", true), ("[]a]+", "]", true), ("[^]]", "]", false), ("[a\\-z]", "-", true),
            ("\\d", "\u{0663}", true),
            ("\\w+", "\u{E4}", true), ("\\bword\\b", "a word.", true), ("\\bword\\b", "swords", false),
            ("x*", "", true),
            ("(a|bc)+d", "abcad", true), ("(?P<n>a)b", "ab", true), ("a|", "zzz", true), ("\\x41\\u0042", "AB", true),
            ("a+?b", "aab", true), ("[\\d,]+", "1,2", true), ("\\S\\s\\D", "a b", true), ("(a*)*b", "aaac", false),
        ] {
            #expect(try isFound(pattern, in: text) == isThere, "\(pattern) in \(text)")
        }
    }

    @Test func refusesWhatItDoesNotRead() {
        for pattern in [
            "(", ")", "[a", "*a", "a**", "a++", "a{3,2}", "(?=a)", "(?<!a)", "(?P=n)", "\\1", "\\q", "[z-a]", "\\x4",
            "a{2000}",
            "(a{900}){900}", "(((){900}){900}){900}", "^*", String(repeating: "a", count: 2_000),
            String(repeating: "(", count: 100) + "a" + String(repeating: ")", count: 100),
        ] {
            #expect(throws: LinearPattern.Invalid.self, "\(pattern.prefix(40))") { try LinearPattern(text: pattern) }
        }
    }

    /// Each of these takes ages where one way is tried after the other; here the work is counted, and not the time.
    @Test func noPatternTakesLongerThanItsTextIsLong() throws {
        let text = String(repeating: "a", count: 5_000) + "!"
        for pattern in ["(a+)+$", "(a|a)*b$", "(a|aa)+c", "(.*)*x", "a{50}b", "([a-z]+)*\\d"] {
            #expect(try !isFound(pattern, in: text), "\(pattern)")
        }
        #expect(
            try !isFound("b", in: String(repeating: "a", count: LinearPattern.mostScalars) + "b"),
            "what is beyond the bound")
    }
}

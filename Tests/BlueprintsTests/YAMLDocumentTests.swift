import Testing

@testable import Blueprints

/// What YAML itself can do to a reader.
@Suite struct YAMLDocumentTests {
    static func problems(_ text: String) -> [String] {
        let collector = ProblemCollector()
        _ = YAMLDocument.parse(text, reporter: Reporter(file: "f", collector: collector))
        return collector.finished().map { "\($0.code.rawValue)@\($0.line):\($0.column)" }
    }

    @Test(
        arguments: [
            ("a: 1", []), ("", ["file-empty@1:1"]), ("# nothing\n---\n", ["file-empty@1:1"]), ("~", ["file-empty@1:1"]),
            ("a: [1", ["yaml-syntax@2:1"]), ("a: \"b", ["yaml-syntax@1:6"]), ("\ta: 1", ["yaml-syntax@1:1"]),
            ("a: 1\n---\nb: 1", ["yaml-syntax@2:1"]), ("a: *b", ["yaml-syntax@1:4"]),
            ("a: 1\nb: \u{0}", ["yaml-syntax@2:4"]), ("a: 1\nb: é\u{1}", ["yaml-syntax@2:5"]),
            ("a: !!int 3", ["yaml-tag@1:4"]), ("a: !mine {}", ["yaml-tag@1:4"]), ("? [a]\n: b", ["yaml-key@1:3"]),
            ("<<: {a: 1}", ["yaml-key@1:1"]),
            ("a: 1\na: 2", ["duplicate-key@2:1"]),
            ("a: 1\nb: {c: 1, c: 2}\na: 3", ["duplicate-key@2:11", "duplicate-key@3:1"]),
            ("\"a\": 1\r\n'a': 2\r\na: 3\r\n", ["duplicate-key@2:1", "duplicate-key@3:1"]),
            ("é: 1\n\"\\u00e9\": 2", ["duplicate-key@2:1"]), ("\"\\x61\": 1\na: 2", ["duplicate-key@1:1"]),
            ("a: \u{E000}\na: 2\n", ["duplicate-key@1:1"]), ("'': 1\n'': 2", ["duplicate-key@1:1"]),
        ] as [(String, [String])])
    func documents(text: String, expected: [String]) { #expect(Self.problems(text) == expected) }

    @Test func nestingIsBounded() {
        #expect(Self.problems(String(repeating: "[", count: 32) + String(repeating: "]", count: 32)) == [])
        #expect(
            Self.problems(String(repeating: "[", count: 34) + String(repeating: "]", count: 34)) == [
                "yaml-nesting@1:34"
            ])
        #expect(Self.problems(String(repeating: "[", count: 100_000)) == ["yaml-nesting@1:1"])
        #expect(Self.problems(String(repeating: "- ", count: 100_000)).count == 1)
        #expect(Self.problems(String(repeating: "{? ", count: 100_000)).count == 1)
    }

    @Test func aliasesWorkWithinBounds() {
        #expect(Self.problems("a: &x {b: 1}\nc: *x\nd: [*x, *x]") == [])
        #expect(Self.problems("a: &x 1\nb: [" + String(repeating: "*x,", count: 65) + "]") == ["yaml-aliases@2:198"])
    }

    /// Each step doubles what the step before expands to.
    static func doubling(_ steps: Int) -> String {
        "a0: &a0 [x, x]\n" + (1...steps).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined()
    }

    @Test func expandingAliasesAreRefused() {
        #expect(Self.problems(Self.doubling(31)).map { $0.prefix(12) } == ["yaml-aliases"])
        #expect(Self.problems(Self.doubling(5)) == [])
    }

    /// A key is hashed by the parser, with all that its aliases stand for.
    @Test(arguments: [
        "? *a25\n: 1", "*a25 : 1", "? [*a25]\n: 1", "{*a25: 1}: 2", "[*a25]: 1", "x: [? *a25]", "x: [[*a25] : 3]",
    ])
    func expandingKeysAreRefusedBeforeTheyAreHashed(key: String) {
        #expect(Self.problems(Self.doubling(25) + key).map { $0.prefix(12) } == ["yaml-aliases"])
    }

    @Test func manyDuplicatesEndTheSearch() {
        #expect(Self.problems("{" + String(repeating: "b, ", count: 15) + "}").count == 14)
        #expect(Self.problems("{" + String(repeating: "b, ", count: 100) + "}") == ["duplicate-key@1:47"])
        #expect(Self.problems("{" + String(repeating: "b, ", count: 20_000) + "}").count == 1)
    }

    @Test func aQuestionInACommentIsNoKey() {
        #expect(Self.problems("# why? because\na: &x 1\nb: *x") == [])
    }

    @Test func positionsCountUnicodeScalars() {
        #expect(codes(load("mesh: \"ééé\" \nzebra: 1\n")).contains("bad-name@1:7"))
        #expect(codes(load("{mesh: é, zebra: 1}")).contains("unknown-key@1:11"))
    }

    @Test func aByteOrderMarkIsNoProblem() throws {
        let text = try TextFile.text([0xEF, 0xBB, 0xBF] + Array(minimal().utf8)).get()
        #expect(load(text).rendered() == "")
    }
}

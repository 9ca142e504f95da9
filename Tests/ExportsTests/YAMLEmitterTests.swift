import MeshBase
import Testing
import Yams

@testable import Exports

/// What is written is what a reader of YAML makes of it.
@Suite struct YAMLEmitterTests {
    /// Texts that some reader takes for something else where they are not quoted.
    private static let texts = [
        "", " ", "a", "true", "Yes", "NO", "on", "null", "~", "y", "1", "1.5", "1e3", "0x1f", "0o7", "1:30", "1_000",
        ".inf",
        ".NaN", "-", "--", "--name=a", "--join=host:7946", "a: b", "a #b", "#a", "a:", ":a", "[a]", "{a}", "&a", "*a",
        "!a",
        "|", ">", "%a", "@a", "`a", "'a'", "\"a\"", "a,b", "a\nb", "a\nb\n", "\na\n", " a\n", "a\n\n", "a\n  \nb\n",
        "a\tb\n",
        "\t", "a\\b", "é", "日本", "\u{1F600}", "\u{85}", "\u{2028}\n", "\u{7}", "$(POD_IP)", "${A:-b}",
        "2026-11-30",
        "=", "<<", "a\r\n", "---", "...", "--- a\n", "key: |\n  text\n", "/run/x", "127.0.0.1:7000:7000", "100m", "8Gi",
        "10s", "5ms", "1K", "1e3s", "./a", "../a b", "./", "..", "0777", "1m2", "12",
    ]

    private static func read(_ value: JSONTree) throws -> Any? {
        try Yams.load(yaml: YAMLEmitter.text([value], header: ["a header: with", "", "#lines"]))
    }

    @Test(arguments: texts) func aTextIsTheSameAsValueItemAndKey(_ text: String) throws {
        let list: JSONTree = ["x", .text(text), ["k": .text(text)]]
        let read = Exported(try Self.read(.object([("v", .text(text)), ("l", list)])))
        #expect(read.key("v").text == text)
        #expect(read["l.1"].text == text)
        #expect(read["l.2.k"].text == text)
        #expect(read["l.0"].text == "x")
        let key = Exported(
            try Self.read(.object([(text, JSONTree.array([.text(text)])), ("last", JSONTree.integer(1))])))
        #expect(key.key(text).texts == [text])
        #expect(key["last"].number == 1)
    }

    @Test func nestedListsAndMappingsKeepTheirShape() throws {
        let tree: JSONTree = [
            "empty": ["map": [:], "list": []], "deep": [[["a", "b"], ["k": [["x": 1, "y": ["z": false]]]]], []],
            "none": .null, "flag": true, "number": -3,
        ]
        let read = Exported(try Self.read(tree))
        #expect(read["empty"].keys == ["map", "list"] && read["empty.map"].keys.isEmpty)
        #expect(read["deep.0.0"].texts == ["a", "b"])
        #expect(read["deep.0.1.k.0.x"].number == 1 && read["deep.0.1.k.0.y.z"].flag == false)
        #expect(read["deep.1"].items.isEmpty)
        #expect(read["flag"].flag == true && read["number"].number == -3)
    }

    /// Words of a shell's manner stand without quotes, for people.
    @Test func plainWordsHaveNoQuotes() {
        let text = YAMLEmitter.text([["command": ["cellmesh", "--join=us-east:7946", "/etc/x"], "on": "off"]])
        #expect(text == "command: [cellmesh, --join=us-east:7946, /etc/x]\n\"on\": \"off\"\n")
    }

    @Test func documentsStandOneAfterTheOther() throws {
        let text = YAMLEmitter.text([["a": 1], ["b": "x\n"]])
        #expect(text == "a: 1\n---\nb: |\n  x\n")
        #expect(try Array(Yams.load_all(yaml: text)).count == 2)
    }
}

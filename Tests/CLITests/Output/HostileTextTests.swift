import Foundation
import Telemetry
import Testing

@testable import cellmesh

/// Names, reasons and titles may come from anyone: none of them moves the cursor of whoever reads, or names the window.
@Suite struct HostileTextTests {
    /// What stands for ESC inside of the program: Swift has no literal of it.
    private static let mark = String(Character(Unicode.Scalar(0xFDD0 as UInt32)!))
    private static let hostile = "\u{1B}]0;pwn\u{07}\u{9B}31m\u{1B}[31m\u{202E}\(mark)[2Jx"

    /// Everything that a document holds, as text where the type lets it be text.
    @Test(arguments: GoldenDocumentTests.goldens.filter { $0.shown != nil })
    func noViewHandsItOn(_ golden: GoldenDocumentTests.Golden) throws {
        let shown = try #require(golden.shown)
        let file = GoldenDocumentTests.folder.appendingPathComponent(golden.name + ".json")
        var document = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        for place in Self.places(in: document, []).prefix(400) {
            var changed = document
            Self.spoil(&changed, place[...])
            let bytes = try Array(JSONSerialization.data(withJSONObject: changed))
            if (try? shown(bytes)) != nil { document = changed }
        }
        let report = try shown(Array(JSONSerialization.data(withJSONObject: document)))
        for format in [OutputFormat.table, .wide, .name, .json, .yaml] {
            for width in [40, 200] {
                #expect(Self.isHarmless(report.text(format, colors: false, width: width)), "\(format)")
                let painted = report.text(format, colors: true, width: width)
                #expect(Self.isHarmless(painted.replacing(/\u{1B}\[[0-9;]*m/, with: "")), "\(format)")
            }
        }
    }

    @Test func onlyColoursOfTheProgramItselfAreColours() {
        let text = PaintedText.painted("a\u{1B}[31mb", .green) + Self.hostile + "\n"
        #expect(
            PaintedText.sealed(text, colors: true)
                == "\u{1B}[32ma\u{FFFD}[31mb\u{1B}[0m\u{FFFD}]0;pwn\u{FFFD}\u{FFFD}31m\u{FFFD}[31m\u{FFFD}\u{FFFD}[2Jx\n"
        )
        #expect(PaintedText.sealed(PaintedText.painted("a\tb\n", .red), colors: false) == "a\tb\n")
        #expect(PaintedText.sealed("\(Self.mark)[31mred\nplain", colors: true) == "\u{1B}[31mred\u{1B}[0m\nplain")
        #expect(PaintedText.sealed("\(Self.mark)", colors: true) == "\u{FFFD}")
        #expect(PaintedText.sealed("\(Self.mark)[31", colors: true) == "\u{FFFD}[31")
    }

    /// All text goes through the console; the others here draw what they have sealed, or give documents.
    @Test func thereIsNoOtherWayToTheTerminal() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../Sources/cellmesh").standardizedFileURL
        let allowed: Set = [
            "Output/Console.swift", "Output/StandardOutput.swift", "Output/ProgressLine.swift", "Top/TopSession.swift",
            "Commands/Processes/WireCheckCommand.swift",
        ]
        let files = try #require(FileManager.default.enumerator(atPath: sources.path)).compactMap { $0 as? String }
        for file in files where file.hasSuffix(".swift") && !allowed.contains(file) {
            let text = try String(contentsOf: sources.appendingPathComponent(file), encoding: .utf8)
            let ways = [
                "StandardOutput.write(", "Descriptor.write(", "Console.draw(", " print(", "FileHandle.standard",
            ]
            for way in ways {
                #expect(!text.contains(way), "\(file) has \(way)")
            }
        }
    }

    private static func isHarmless(_ text: String) -> Bool {
        !text.unicodeScalars.contains { scalar in
            let isTerminals = scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value
            return isTerminals && scalar != "\n" && scalar != "\t"
        }
    }

    /// Where in a document text stands.
    private static func places(in value: Any, _ path: [Any]) -> [[Any]] {
        switch value {
        case is String: [path]
        case let list as [Any]: list.indices.flatMap { places(in: list[$0], path + [$0]) }
        case let members as [String: Any]: members.keys.sorted().flatMap { places(in: members[$0]!, path + [$0]) }
        default: []
        }
    }

    private static func spoil(_ value: inout Any, _ path: ArraySlice<Any>) {
        guard let step = path.first else { return value = (value as? String ?? "") + hostile }
        if let index = step as? Int, var list = value as? [Any] {
            spoil(&list[index], path.dropFirst())
            value = list
        } else if let key = step as? String, var members = value as? [String: Any] {
            spoil(&members[key]!, path.dropFirst())
            value = members
        }
    }
}

import Foundation
import Testing

@testable import Evacuation

/// docs/evacuation.md names every code that a program may meet.
@Suite struct DocumentationTests {
    @Test func everyCodeIsInTheDocumentation() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/evacuation.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let codes =
            EvacuationRefusal.Code.allCases.map(\.rawValue) + EvacuationNote.Code.allCases.map(\.rawValue)
            + EvacuationCheck.allCases.map(\.rawValue) + EvacuationStrategy.allCases.map(\.rawValue)
            + EvacuationGate.Reason.allCases.map(\.rawValue)
        for code in codes { #expect(text.contains("`\(code)`"), "\(code)") }
        // What may be forced is marked, and nothing else.
        for row in text.split(separator: "\n") where row.hasPrefix("| `") {
            for code in EvacuationRefusal.Code.allCases where row.contains("| `\(code.rawValue)`") {
                #expect(row.contains("(F)") == code.isForceable, "\(code.rawValue)")
            }
        }
        for check in EvacuationCheck.allCases where ![.errorsInBounds, .latencyHolds].contains(check) {
            #expect(text.contains("| `\(check.rawValue)` | \(check.meaning) |"), "\(check.rawValue)")
        }
    }
}

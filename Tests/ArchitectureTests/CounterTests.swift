import Testing

/// A count that nobody can read is none: whatever only rises is told by a page, a report or a message.
@Suite struct CounterTests {
    /// Read by tests alone, and nothing of it is turned away: how often a timer was set or woke for nothing, how often a
    /// store read all its cohorts, and records whose absence from `writes` already makes them unverified.
    static let excused: Set<String> = [
        "settings", "falseAlarms", "cohortReads", "givenUp",
        // Of policies, for the users of the library; the pages read them once routers and cells drive these.
        "predictions",
    ]

    @Test func whatIsCountedIsRead() throws {
        var counted: Set<Substring> = []
        var declared: Set<Substring> = []
        var read: Set<Substring> = []
        for file in try SourceTree.sources() {
            for line in file.lines {
                // What stands in a string is read, too: interpolations.
                let isPlain = !line.contains("\"")
                let code = isPlain ? SourceTree.code(line) : line
                for match in code.matches(of: /([A-Za-z_][A-Za-z0-9_]*)(\[[^\]]*\])?([ ]*&?\+= )?/) {
                    let name = match.output.1
                    let before = code[..<match.range.lowerBound]
                    if match.output.3 != nil {
                        counted.insert(name)
                    } else if before.hasSuffix("var ") {
                        if before.first == " ", !before.hasPrefix("        ") || before.contains("package") {
                            declared.insert(name)
                        }
                    } else if !before.hasSuffix("let "), !before.hasSuffix("func ") {
                        read.insert(name)
                    }
                }
            }
        }
        #expect(counted.count > 100 && declared.count > 100)
        let lost = counted.intersection(declared).subtracting(read).map(String.init).filter {
            !Self.excused.contains($0)
        }
        #expect(lost.isEmpty, "counted and never read: \(lost.sorted())")
    }
}

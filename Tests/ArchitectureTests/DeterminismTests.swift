import Foundation
import Testing

/// The determinism rules of ARCHITECTURE.md: what would make two runs of one seed differ is not written in pure targets.
@Suite struct DeterminismTests {
    static let forbidden: [(pattern: String, why: String)] = [
        (#"\bDate\("#, "reads the wall clock"),
        (#"Clock\(\)"#, "reads a clock"),
        (#"Clock\.now\b"#, "reads a clock"),
        (#"SystemRandomNumberGenerator"#, "draws from the system"),
        (#"\.randomElement\(\)"#, "draws from the system"),
        (#"\.shuffled\(\)"#, "draws from the system"),
        (#"\.shuffle\(\)"#, "draws from the system"),
        (#"\.random\(in: [^,)]*\)"#, "draws from the system"),
        (#"\.random\(\)"#, "draws from the system"),
        (#"\bUUID\(\)"#, "draws from the system"),
        (#"\bHasher\("#, "is seeded anew in every process"),
        (#"\.hashValue\b"#, "is seeded anew in every process"),
        (#"\bTask\b *[{(.]"#, "runs at a time of its own"),
        (#"\basync\b"#, "runs at a time of its own"),
        (#"\bactor\b +[A-Z]"#, "runs at a time of its own"),
        (#"\bgetpid\("#, "differs between runs"),
    ]

    @Test func pureTargetsAreDeterministic() throws {
        let rules = try Self.forbidden.map { (try NSRegularExpression(pattern: $0.pattern), $0.pattern, $0.why) }
        for file in try SourceTree.sources()
        where LayeringTests.pure.contains(file.target) || file.target == "SimDriver" {
            for (number, line) in file.lines.enumerated() {
                let code = SourceTree.code(line)
                for (rule, pattern, why) in rules {
                    let found = rule.firstMatch(in: code, range: NSRange(code.startIndex..., in: code)) != nil
                    #expect(!found, "\(file.path):\(number + 1): \(pattern) \(why)")
                }
            }
        }
    }

    @Test func theRulesMatchWhatTheyForbid() throws {
        let samples = [
            "let now = ContinuousClock.now", "let x = Int.random(in: 0..<3)", "let y = list.shuffled()",
            "var hasher = Hasher()", "let z = name.hashValue", "Task { work() }", "func f() async {}", "actor Cell {",
        ]
        let rules = try Self.forbidden.map { try NSRegularExpression(pattern: $0.pattern) }
        for sample in samples {
            let code = SourceTree.code(sample)
            let found = rules.contains { $0.firstMatch(in: code, range: NSRange(code.startIndex..., in: code)) != nil }
            #expect(found, "no rule matches: \(sample)")
        }
        let seeded = SourceTree.code("let x = Int.random(in: 0..<3, using: &generator)")
        #expect(!rules.contains { $0.firstMatch(in: seeded, range: NSRange(seeded.startIndex..., in: seeded)) != nil })
    }
}

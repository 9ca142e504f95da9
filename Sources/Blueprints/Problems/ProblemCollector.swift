/// Gathers the problems of all files of one load, so that a user sees them together. At most 500 are kept.
final class ProblemCollector {
    static let most = 500

    private(set) var problems: [Problem] = []
    private(set) var sources: [SourceText] = []
    private var turnedAway = 0
    private(set) var errorCount = 0
    var hasErrors: Bool { errorCount > 0 }

    var isFull: Bool { problems.count >= Self.most }

    func add(_ problem: Problem) {
        if problem.severity == .error { errorCount += 1 }
        if isFull { turnedAway += 1 } else { problems.append(problem) }
    }

    func add(_ source: SourceText) {
        if !sources.contains(where: { $0.name == source.name }) { sources.append(source) }
    }

    /// File by file in the order in which they were read, then by position.
    func finished() -> [Problem] {
        let order = sources.map(\.name)
        func rank(_ problem: Problem) -> (Int, Int, Int) {
            (order.firstIndex(of: problem.file) ?? order.count, problem.line, problem.column)
        }
        var sorted = problems.enumerated().sorted { a, b in
            rank(a.element) == rank(b.element) ? a.offset < b.offset : rank(a.element) < rank(b.element)
        }.map(\.element)
        if turnedAway > 0, let first = sorted.first {
            sorted.append(
                Problem(
                    code: .tooManyProblems, severity: .warning, file: first.file, line: 1, column: 1,
                    message: "\(turnedAway) further problems are not shown"))
        }
        return sorted
    }
}

/// A place in a file: line and column from 1.
struct Position: Sendable, Equatable {
    var line: Int
    var column: Int
    static let start = Position(line: 1, column: 1)
}

/// Reports problems of one file.
struct Reporter {
    let file: String
    let collector: ProblemCollector

    func error(
        _ code: ProblemCode, at position: Position, _ message: String, hint: @autoclosure () -> String? = nil
    ) {
        report(.error, code, position, message, hint)
    }

    func warning(
        _ code: ProblemCode, at position: Position, _ message: String, hint: @autoclosure () -> String? = nil
    ) {
        report(.warning, code, position, message, hint)
    }

    private func report(
        _ severity: Problem.Severity, _ code: ProblemCode, _ position: Position, _ message: String,
        _ hint: () -> String?
    ) {
        // A hint may search all names: not for problems that nobody will see.
        collector.add(
            Problem(
                code: code, severity: severity, file: file, line: position.line, column: position.column,
                message: message, hint: collector.isFull ? nil : hint()))
    }
}

import Reports
import Topology

/// What a command ends with. The numbers are part of the contract with scripts; see docs/cli.md.
enum ExitStatus: Int32, Sendable {
    case ok = 0
    case failed = 1
    /// The user said no.
    case declined = 2
    /// The mesh is not in the state that was waited for, or did not answer in time.
    case unhealthy = 3
    case noSuchMesh = 4
    /// An objective or a hypothesis was violated.
    case violated = 5
    case usage = 64
    case interrupted = 130

    var word: String {
        switch self {
        case .ok: "ok"
        case .failed: "failed"
        case .declined: "declined"
        case .unhealthy: "unhealthy"
        case .noSuchMesh: "no-such-mesh"
        case .violated: "violated"
        case .usage: "usage"
        case .interrupted: "interrupted"
        }
    }
}

/// Why a command did not do what it was asked to, and what to do about it.
struct CommandFailure: Error, Equatable {
    var status: ExitStatus
    var message: String
    /// What to do about it, in words.
    var hint: String?
    /// The command to try next.
    var next: String?

    /// A plain failure.
    init(_ message: String, hint: String? = nil, next: String? = nil) {
        self.init(.failed, message, hint: hint, next: next)
    }

    init(_ status: ExitStatus, _ message: String, hint: String? = nil, next: String? = nil) {
        self.status = status
        self.message = message
        self.hint = hint
        self.next = next
    }

    /// A word of the command line that names nothing that there is.
    init(_ unknown: UnknownTarget) { self.init(.usage, unknown.message, hint: unknown.hint) }

    /// What the API says: the name that was meant, where it has one, is the hint.
    init(_ status: ExitStatus, meant detail: String) {
        self.init(status, detail, next: NextStep.advised(by: detail))
        guard let start = detail.firstRange(of: "did you mean '"),
            let end = detail[start.upperBound...].firstRange(of: "'?")
        else { return }
        func trimmed(_ text: Substring) -> Substring { text.trimmingPrefix { " .:;".contains($0) } }
        let rest = trimmed(detail[end.upperBound...])
        message = String(detail[..<start.lowerBound].reversed().drop { " :;".contains($0) }.reversed())
        if !rest.isEmpty { message += ". \(rest)" }
        hint = String(detail[start.lowerBound..<end.upperBound])
    }

    /// The same, with a command to try next where it names none.
    func advising(_ command: String) -> CommandFailure {
        var failure = self
        if next == nil { failure.next = command }
        return failure
    }

    /// What a body throws, with a command to try next where it names none.
    static func advising<Result>(_ command: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let failure as CommandFailure { throw failure.advising(command) }
    }

    var document: FailureReport {
        FailureReport(
            code: status.word, exitCode: status.rawValue, message: message, hint: hint,
            next: next.map(NextStep.complete))
    }
}

extension CommandFailure: CustomStringConvertible {
    /// What people read.
    var description: String { message }
}

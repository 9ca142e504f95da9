/// One thing that is wrong, or doubtful, in a file that a user wrote.
package struct Problem: Sendable, Equatable, Codable {
    package enum Severity: String, Sendable, Codable {
        /// The file cannot be used.
        case error
        /// The file can be used; read the message first.
        case warning
    }

    /// What kind of problem; see docs/problems.md.
    package var code: ProblemCode
    package var severity: Severity
    /// The file as the user named it, or as another file leads to it.
    package var file: String
    /// From 1; a problem of the whole file stands at 1:1.
    package var line: Int
    /// From 1, in Unicode scalars.
    package var column: Int
    package var message: String
    /// What to do about it.
    package var hint: String?

    package init(
        code: ProblemCode, severity: Severity, file: String, line: Int, column: Int, message: String,
        hint: String? = nil
    ) {
        self.code = code
        self.severity = severity
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.hint = hint
    }

    private enum CodingKeys: String, CodingKey { case code, severity, file, line, column, message, hint }

    /// `hint` is written as null where there is none: every problem has the same keys.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(code, forKey: .code)
        try container.encode(severity, forKey: .severity)
        try container.encode(file, forKey: .file)
        try container.encode(line, forKey: .line)
        try container.encode(column, forKey: .column)
        try container.encode(message, forKey: .message)
        try container.encode(hint, forKey: .hint)
    }
}

extension Sequence where Element == Problem {
    package var hasErrors: Bool { contains { $0.severity == .error } }
}

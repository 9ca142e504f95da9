/// What a command writes to standard error under `-o json` where it did not do what it was asked to.
package struct FailureReport: Codable, Sendable, Equatable {
    package struct Failure: Codable, Sendable, Equatable {
        /// `failed declined unhealthy no-such-mesh violated usage interrupted`.
        package var code: String
        package var exitCode: Int32
        package var message: String
        /// What to do about it, in words.
        @Nullable package var hint: String?
        /// The command to try next.
        @Nullable package var next: String?

        private enum CodingKeys: String, CodingKey {
            case code
            case exitCode = "exit_code"
            case message, hint, next
        }
    }

    package var schema = ReportJSON.schema
    package var error: Failure

    package init(code: String, exitCode: Int32, message: String, hint: String?, next: String?) {
        error = Failure(code: code, exitCode: exitCode, message: message, hint: hint, next: next)
    }
}

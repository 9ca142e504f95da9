import Testing

@testable import cellmesh

@Suite struct ConsoleTests {
    /// Errors of the command line itself are reported in the form that it asks for, though it cannot be parsed.
    @Test(arguments: [
        ["status", "-o", "json"], ["status", "-ojson"], ["--bad", "--output", "json"], ["x", "--output=json"],
    ])
    func theFormatIsFound(arguments: [String]) { #expect(Console(raw: arguments).format == .json) }

    @Test(arguments: [[], ["status", "-o"], ["status", "-o", "nonsense"], ["-o", "wide", "-o", "x"]])
    func elseThereIsText(arguments: [String]) { #expect(Console(raw: arguments).format != .json) }

    @Test func coloursAreForcedAndForbidden() {
        #expect(Console(format: .table, color: .always).paintsData)
        #expect(!Console(format: .table, color: .never).paintsMessages)
    }
}

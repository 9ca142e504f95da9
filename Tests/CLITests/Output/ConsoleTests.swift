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
        // In a pipe nobody knows a width: programs read whole lines.
        #expect(Console.width(screen: nil, variable: nil) == nil && Console.width(screen: nil, variable: "x") == nil)
        #expect(
            Console.width(screen: nil, variable: "100") == 100 && Console.width(screen: 120, variable: "100") == 120)
        #expect(Console.width(screen: 10, variable: nil) == 40)
        #expect(!Console(format: .table, color: .never).paintsMessages)
    }
}

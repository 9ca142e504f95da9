import ArgumentParser
import MeshBase
import Testing

@testable import cellmesh

@Suite struct ArgumentProblemTests {
    /// What the command line's parser says of these arguments, in this program's words.
    private func failure(_ line: String) throws -> CommandFailure {
        let arguments = line.split(separator: " ").map(String.init)
        do {
            _ = try CellMesh.parseAsRoot(arguments)
        } catch {
            return ArgumentProblem.failure(CellMesh.message(for: error), arguments)
        }
        throw CommandFailure("'\(line)' is taken")
    }

    @Test(arguments: [
        ("load run --duration 10", "--duration cannot be '10'", "a duration has a unit: 10ms, 10s or 10m"),
        ("pause x --for soon", "--for cannot be 'soon'", "a duration is a number and a unit, such as 250ms, 5s or 2m"),
        ("status -o xml", "-o cannot be 'xml'", "one of: table, wide, json, yaml, name"),
        ("completion csh", "<shell> cannot be 'csh'", "one of: bash, zsh, fish"),
        ("up --port 70000", "--port cannot be '70000'", "a port is a number from 0 to 65535"),
        ("up --port -1", "--port cannot be '-1'", "a port is a number from 0 to 65535"),
        ("cell add us --count -1", "--count cannot be '-1'", "how many cells, 1 to 100"),
        (
            "cell add us --count=9999999999999999999999", "--count cannot be '9999999999999999999999'",
            "how many cells, 1 to 100"
        ),
        ("lab shards -n -2", "--cells cannot be '-2'", "n, the cells, 1 to 1024"),
        ("pause x --for -5s", "--for cannot be '-5s'", "a duration is a number and a unit, such as 250ms, 5s or 2m"),
        ("status --watch=x", "--watch cannot be 'x'", "a duration is a number and a unit, such as 250ms, 5s or 2m"),
        ("members --frm x", "unknown option '--frm'", "did you mean '--from'?"),
        (
            "events --since yesterday", "--since cannot be 'yesterday'",
            "how long ago (5m, 2h), or a time such as 2026-03-01T12:00:00Z"
        ),
    ])
    func saysWhatAValueLooksLike(line: String, message: String, hint: String) throws {
        let failure = try failure(line)
        #expect(failure.message == message)
        #expect(failure.hint == hint)
        #expect(failure.status == .usage)
    }

    /// Every option of every command that takes a number says between which it lies.
    @Test func everyNumberHasBounds() throws {
        var options = 0
        func walk(_ command: any ParsableCommand.Type, _ path: [String]) throws {
            for line in CellMesh.helpMessage(for: command, columns: 10_000).split(separator: "\n") {
                let words = line.split(separator: " ").map(String.init)
                guard line.hasPrefix("  "), let option = words.first(where: { $0.hasPrefix("--") }),
                    words[0].hasPrefix("-"), ArgumentProblem.numbers.contains(where: { line.contains(" <\($0)>") })
                else { continue }
                options += 1
                for value in ["-1", "-7.5", "99999999999999999999999x"] {
                    let wrong = try failure((path + [option, value]).joined(separator: " "))
                    #expect(wrong.message == "\(option) cannot be '\(value)'", "\(path)")
                    let hint = wrong.hint ?? ""
                    #expect(
                        [" to ", "or more", "from "].contains { hint.contains($0) } && hint.contains { $0.isNumber },
                        "\(path) \(option): \(hint)")
                    #expect(wrong.status == .usage && wrong.next == "cellmesh \(path.joined(separator: " ")) --help")
                }
            }
            for next in command.configuration.subcommands { try walk(next, path + [next._commandName]) }
        }
        try walk(CellMesh.self, [])
        #expect(options > 20, "\(options)")
    }

    @Test(arguments: [
        "cell --listen", "cell --gossip", "router --listen", "router --gossip", "router --admin", "control --api",
        "control --gossip", "control --listen",
    ])
    func saysWhatIsWrongWithAnIPv6Address(option: String) throws {
        let brackets = "an IPv6 address stands in brackets, and its port behind them: [::1]:7000"
        for (address, hint) in [
            ("::1", brackets), ("::1:7000", brackets), ("[::1]", "a port follows the brackets: [::1]:7000"),
            ("[::1]:65536", "'65536' is no port: a number from 0 to 65535"), ("[fe80::1]:1", AddressProblem.linkLocal),
            ("[::1%lo]:1", AddressProblem.linkLocal),
        ] {
            let failure = try failure("\(option) \(address)")
            #expect(failure.message == "\(option.split(separator: " ")[1]) cannot be '\(address)'")
            #expect(failure.hint == hint)
        }
        #expect(
            try failure("\(option) 127.0.0.1").hint == "an address is HOST:PORT, such as 127.0.0.1:7000 or [::1]:7000")
        #expect(try failure("\(option) nobody.invalid:1").hint == "no address of 'nobody.invalid' is known")
    }

    @Test func addressesAreReadInEachForm() {
        #expect(EndpointArgument(argument: "[::1]:7")?.endpoint == Endpoint(address: .loopback6, port: 7))
        #expect(EndpointArgument(argument: "[::ffff:127.0.0.1]:7")?.endpoint == .loopback(7))
        #expect(EndpointArgument(argument: "localhost:7")?.endpoint == .loopback(7))
        #expect(EndpointArgument(argument: "7")?.endpoint == .loopback(7))
    }

    @Test(arguments: [
        ("kill", "the argument '<target> ...' is missing", "cellmesh kill --help"),
        ("load run --rate", "missing value for '--rate <number>'", "cellmesh load run --help"),
        ("version now", "unexpected argument 'now'", "cellmesh version --help"),
    ])
    func namesTheCommandToAsk(line: String, message: String, next: String) throws {
        let failure = try failure(line)
        #expect(failure.message == message)
        #expect(failure.next == next)
    }
}

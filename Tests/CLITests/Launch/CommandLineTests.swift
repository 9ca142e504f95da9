import ArgumentParser
import MeshBase
import Testing

@testable import cellmesh

@Suite struct CommandLineTests {
    private func parse<Command: ParsableCommand>(_ type: Command.Type, _ line: String) throws -> Command {
        try #require(try CellMesh.parseAsRoot(line.split(separator: " ").map(String.init)) as? Command)
    }

    @Test func upTakesItsOptions() throws {
        let up = try parse(
            UpCommand.self,
            "up t.yaml --mesh demo --port 8080 --detach --seed 7 --policies off --wait-timeout 5s -o json")
        #expect(up.file == "t.yaml")
        #expect(up.mesh.name == "demo")
        #expect(up.port == 8080)
        #expect(up.detach)
        #expect(up.seed == 7)
        #expect(up.policies == "off")
        #expect(up.waitTimeout.amount == .seconds(5))
        #expect(up.output.format == .json)
    }

    @Test func faultsTakeTheirTime() throws {
        let kill = try parse(KillCommand.self, "kill us-east-1 cell/us-east-2 --for 30s --yes")
        #expect(kill.targets.names == ["us-east-1", "cell/us-east-2"])
        #expect(kill.lease?.milliseconds == 30_000)
        #expect(kill.yes)
        #expect(try parse(KillCommand.self, "kill x").lease == nil)
        // What is not asked for heals after five minutes; a killed cell stays dead.
        #expect(try parse(PauseCommand.self, "pause x").lease.milliseconds == 300_000)
    }

    @Test func loadTakesItsObjectives() throws {
        let load = try parse(
            LoadRunCommand.self,
            "load run --rate 500 --duration 30s --slo p99<50ms --slo success>=99.9% --service a --service b --verify")
        #expect(load.load.rate == 500)
        #expect(load.load.slo == ["p99<50ms", "success>=99.9%"])
        #expect(load.load.services == ["a", "b"])
        #expect(load.load.verify)
    }

    @Test func aDetachedLoadIsGivenTheSameOptions() throws {
        let line =
            "--rate 50.0 --duration 2m --customers 9 --mix reads=100% --priorities low=100% --service a --slo max<1s"
            + " --verify --seed 3 --connections 8 --timeout 2s --keys 4"
        let load = try parse(LoadStartCommand.self, "load start \(line)")
        #expect(load.load.arguments.joined(separator: " ") == line)
    }

    @Test func processesTakeWhatTheSupervisorSays() throws {
        let cell = try parse(
            CellRunCommand.self,
            "cell --name a-1 --model m.json --data d --secret-file s --lock l --grace 600000ms --ready-fd 3 "
                + "--join 127.0.0.1:1 --join h:2 --listen 127.0.0.1:9")
        #expect(cell.host.join == ["127.0.0.1:1", "h:2"])
        #expect(cell.host.listen.endpoint == .loopback(9))
        #expect(cell.host.readyFd == 3)
        #expect(cell.host.grace.amount == .minutes(10))
        let control = try parse(
            ControlCommand.self, "control --data d --ready-fd 3 --api 127.0.0.1:0 --gossip 127.0.0.1:0 -- --x 1")
        #expect(control.extra == ["--x", "1"])
    }

    @Test func bothNamesOfWaitingAreTaken() throws {
        #expect(try parse(MembersCommand.self, "members --wait 10s").wait?.amount == .seconds(10))
        #expect(try parse(MembersCommand.self, "members --wait-agree 10s").wait?.amount == .seconds(10))
        #expect(try parse(StatusCommand.self, "status --wait 2s --until degraded").until == "degraded")
    }

    @Test(arguments: [
        "up --port 70000", "status -o xml", "kill", "pause x --for 5", "events --since yesterday",
        "load run --rate fast",
        "sim run --kill us-east-1", "completion powershell", "cell --name x",
    ])
    func mistakesAreOfUsage(line: String) {
        let arguments = line.split(separator: " ").map(String.init)
        #expect(throws: (any Error).self) { try CellMesh.parseAsRoot(arguments) }
        do {
            _ = try CellMesh.parseAsRoot(arguments)
        } catch {
            #expect(CellMesh.exitCode(for: error).rawValue == ExitStatus.usage.rawValue)
        }
    }

    @Test func everyCommandIsExplained() {
        func visit(_ command: any ParsableCommand.Type) {
            let configuration = command.configuration
            #expect(!configuration.abstract.isEmpty, "\(command)")
            if configuration.subcommands.isEmpty, configuration.commandName != "wire-check" {
                #expect(configuration.discussion.contains("cellmesh "), "\(command) has no example")
            }
            configuration.subcommands.forEach(visit)
        }
        visit(CellMesh.self)
    }
}

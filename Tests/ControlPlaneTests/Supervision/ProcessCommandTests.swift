import MeshBase
import Testing

@testable import ControlPlane

@Suite("Command lines and ready lines")
struct ProcessCommandTests {
    @Test("A cell's command line")
    func cell() {
        let command = ProcessCommand(directory: DataDirectory(path: "/m"), grace: .minutes(10), extra: ["--x"])
        #expect(
            command.arguments(Sample.eu1, join: [.loopback(1), .loopback(2)], listen: nil) == [
                "cell", "--name", "eu-1", "--model", "/m/mesh.json", "--data", "/m/cells/eu-1", "--secret-file",
                "/m/secret", "--faults", "/m/faults.json", "--keys-file", "/m/keys", "--cells-file", "/m/cells.json",
                "--blueprints-file", "/m/blueprints.json", "--settings-file", "/m/settings.json",
                "--lock", "/m/control.lock", "--grace", "600000ms", "--ready-fd", "3", "--join", "127.0.0.1:1",
                "--join",
                "127.0.0.1:2", "--x",
            ])
    }

    @Test("A router's command line names its placement and its port")
    func router() {
        let command = ProcessCommand(directory: DataDirectory(path: "/m"))
        let arguments = command.arguments(Sample.r1, join: [], listen: .loopback(80))
        #expect(arguments[0] == "router")
        #expect(arguments.suffix(4) == ["--placement", "/m/placement.json", "--listen", "127.0.0.1:80"])
        #expect(command.request(Sample.r1, join: [], listen: nil).logPath == "/m/routers/r1/log")
    }

    @Test("On another address everything that is left open is bound there")
    func address() {
        let command = ProcessCommand(directory: DataDirectory(path: "/m"), address: .loopback6)
        let router = command.arguments(Sample.r1, join: [], listen: Endpoint("[::1]:80"))
        #expect(router.suffix(6) == ["--listen", "[::1]:80", "--gossip", "[::1]:0", "--admin", "[::1]:0"])
        let cell = command.arguments(Sample.eu1, join: [], listen: nil)
        #expect(cell.suffix(4) == ["--listen", "[::1]:0", "--gossip", "[::1]:0"])
    }

    @Test("Ready lines are read, and anything else is not")
    func lines() {
        let line = ReadyLine(
            #"{"ready":true,"name":"a","role":"cell","pid":1,"data":"127.0.0.1:1","admin":"x","gossip":"127.0.0.1:3"}"#)
        #expect(line?.addresses == ProcessAddresses(data: .loopback(1), admin: nil, gossip: .loopback(3)))
        #expect(ReadyLine(#"{"serving":3,"of":13}"#) == ReadyLine(serving: 3, of: 13))
        #expect(ReadyLine(.timeout("no")).isLate == true)
        for text in ["", "ready", "[]", "{\"ready\":1}", "{"] { #expect(ReadyLine(text) == nil, "\(text)") }
    }
}

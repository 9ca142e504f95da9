import MeshBase
import Testing
import Topology

@testable import ControlPlane

@Suite("The cells of a region")
struct RegionSettingsTests {
    private var settings: RegionSettings {
        RegionSettings(
            directory: DataDirectory(path: "/m"), topology: Sample.topology, region: 1,
            secret: [UInt8](repeating: 7, count: 32))
    }

    @Test("Only those of the region, in the topology's order")
    func cells() {
        let expected = Sample.topology.cells.filter { $0.region == 1 }.map(\.name)
        #expect(!expected.isEmpty && expected.count < Sample.topology.cells.count)
        #expect(settings.cells.map(\.name) == expected)
    }

    @Test("The first cell gossips where others look for the region; each tells its advertised address")
    func command() {
        var settings = settings
        settings.listen = .any
        settings.gossipPort = 7946
        settings.advertise = IPAddress(v4: 0x0A00_0001)
        let command = settings.command
        let first = command.arguments(settings.cells[0], join: [], listen: nil)
        #expect(first.suffix(4) == ["--gossip", "0.0.0.0:7946", "--advertise", "10.0.0.1"])
        for cell in settings.cells.dropFirst() {
            #expect(command.arguments(cell, join: [], listen: nil).contains("0.0.0.0:0"))
        }
    }

    @Test("IPv6 addresses stand in brackets where a port follows")
    func ipv6() {
        var settings = settings
        settings.listen = .any6
        settings.gossipPort = 7946
        settings.advertise = IPAddress("fd00::5")
        let arguments = settings.command.arguments(settings.cells[0], join: [], listen: nil)
        #expect(arguments.suffix(4) == ["--gossip", "[::]:7946", "--advertise", "fd00::5"])
    }

    @Test("Without an address to tell, the one that is bound is told")
    func loopback() {
        let arguments = settings.command.arguments(settings.cells[0], join: [], listen: nil)
        #expect(arguments.suffix(2) == ["--gossip", "127.0.0.1:0"])
    }
}

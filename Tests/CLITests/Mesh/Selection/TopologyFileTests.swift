import Blueprints
import Testing

@testable import cellmesh

@Suite struct TopologyFileTests {
    static func load(_ keys: String, service: String = "name: ping") -> MeshFilesResult {
        MeshFiles.load(
            yaml: """
                mesh: test
                blueprints: [{cell: echo, services: [{\(service)}]}]
                blueprint: echo
                regions: [{name: a, cells: 3}]
                customers: {count: 10}
                sharding: {size: 3, spread: cell}
                \(keys)
                """, named: "x.yaml"
        ) { _ in .failure(FileFailure(code: .fileMissing, message: "there is no such file")) }
    }

    @Test func nothingIsSaidOfAFileWithoutWarnings() {
        #expect(TopologyFile.warnings(Self.load(""), of: "x.yaml", color: false) == nil)
    }

    @Test func aWarningIsALineWithoutTheTextOfTheFile() {
        #expect(
            TopologyFile.warnings(Self.load("", service: "name: ping, pool: {workers: 1}"), of: "x.yaml", color: false)
                == "x.yaml:2:67: warning: the pool of 'ping' has one worker: one slow call stops the service [pool-of-one]"
        )
    }

    @Test func manyWarningsAreCountedAndFoundElsewhere() {
        let result = Self.load(
            """
            deciders: 2
            routing: {attempt-timeout: 1s, request-timeout: 1s}
            links: {default: {latency: 1ms, jitter: 2ms}}
            """, service: "name: ping, pool: {workers: 1, queue: 2000}")
        #expect(result.problems.count == 5)
        let lines = TopologyFile.warnings(result, of: "x.yaml", color: false)?.split(separator: "\n")
        #expect(lines?.count == TopologyFile.mostWarnings + 1)
        #expect(lines?.last == "and 2 other warnings; all: cellmesh validate x.yaml")
        #expect(TopologyFile.warnings(result, of: nil, color: false)?.hasSuffix("all: cellmesh validate") == true)
        #expect(TopologyFile.warnings(result, of: "-", color: false)?.hasSuffix("and 2 other warnings") == true)
    }
}

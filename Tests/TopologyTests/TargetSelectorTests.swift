import MeshBase
import Testing
import Topology

@testable import Topology

/// What words stand for in a mesh of two regions; one of them has two zones.
@Suite struct TargetSelectorTests {
    static let topology: MeshTopology = {
        let cells = [
            Cell(name: "us-east-1", region: 0, zone: 0), Cell(name: "us-east-2", region: 0, zone: 1),
            Cell(name: "us-east-3", region: 0, zone: 0), Cell(name: "eu-1", region: 1, zone: 0),
        ]
        return MeshTopology(
            name: "m", seed: 1,
            regions: [Region(name: "us-east", zones: ["a", "b"]), Region(name: "eu")], cells: cells,
            blueprints: [Blueprint(name: "b", services: [Service(name: "payment"), Service(name: "shipping")])],
            customers: Customers(count: 1), routers: [Router(name: "r1", region: 0)], control: Control(region: 0))
    }()

    private func names(_ words: String...) throws -> [String] {
        try TargetList(words, in: Self.topology).processes.map(\.description)
    }

    @Test(arguments: [
        ("us-east-1", "cell/us-east-1"), ("node/us-east-1", "cell/us-east-1"), ("r1", "router/r1"),
        ("node/r1", "router/r1"), ("control", "control"), ("control/control", "control"), ("node/control", "control"),
        ("*", "mesh"), ("mesh", "mesh"), ("us-east/b", "zone/us-east/b"), ("zone/us-east/b", "zone/us-east/b"),
        ("region/eu", "region/eu"), ("service/payment", "service/payment"),
        ("service/payment@eu-1", "cell/eu-1/service/payment"),
        ("cell/eu-1/service/payment", "cell/eu-1/service/payment"),
    ])
    func aWordMeansOneThingAndIsWrittenInOneWay(word: String, text: String) throws {
        let selector = try TargetSelector(word, in: Self.topology)
        #expect(selector.text == text)
        #expect(TargetSelector(text: text) == selector)
    }

    @Test func placesStandForTheirCells() throws {
        #expect(
            try names("us-east-1", "cell/us-east-2", "r1", "control") == [
                "cell/us-east-1", "cell/us-east-2", "router/r1", "control",
            ])
        #expect(try names("region/us-east") == ["cell/us-east-1", "cell/us-east-2", "cell/us-east-3"])
        #expect(try names("zone/us-east/a", "us-east/b") == ["cell/us-east-1", "cell/us-east-3", "cell/us-east-2"])
        #expect(try names("mesh").count == 4)
        // Each once, in the order given.
        #expect(
            try names("us-east-2,region/us-east", "us-east-2") == [
                "cell/us-east-2", "cell/us-east-1", "cell/us-east-3",
            ])
    }

    @Test(arguments: [
        ("us-esat-1", "there is no cell or router 'us-esat-1'; did you mean 'us-east-1'?"),
        ("us-east", "'us-east' is a region; for all of it say 'region/us-east'"),
        ("payment", "'payment' is a service; say 'service/payment'"),
        ("contrl", "there is no cell or router 'contrl'; did you mean 'control'?"),
        ("regoin/eu", "there is no kind of target 'regoin'; did you mean 'region/eu'?"),
        ("region/us-eats", "there is no region 'us-eats'; did you mean 'region/us-east'?"),
        ("zone/us-east/q", "there is no zone 'us-east/q'; did you mean 'zone/us-east/a'?"),
        ("us-east/q", "there is no zone 'us-east/q'; did you mean 'zone/us-east/a'?"),
        ("zone/us-east", "'zone/us-east' names no zone; say 'zone/REGION/ZONE'"),
        ("router/r2", "there is no router 'r2'; routers are: router/r1"),
        ("cell/eu1", "there is no cell 'eu1'; did you mean 'cell/eu-1'?"),
        ("service/paiment", "there is no service 'paiment'; did you mean 'service/payment'?"),
        (
            "cell/eu-1/service/x",
            "there is no service 'x'; services are: cell/eu-1/service/payment, cell/eu-1/service/shipping"
        ),
        ("cell/", "'cell/' names no cell; say 'cell/NAME'"),
        (
            "a//b",
            "'a//b' is no target; there are: cell/us-east-1, cell/us-east-2, cell/us-east-3, cell/eu-1, router/r1, "
                + "control, region/us-east, region/eu, zone/us-east/a, zone/us-east/b, zone/eu/a"
        ),
    ])
    func whatIsNotThereIsAnsweredWithWhatIsNear(word: String, message: String) {
        let error = #expect(throws: UnknownTarget.self) { try TargetSelector(word, in: Self.topology) }
        #expect(error?.description == message)
    }

    @Test func anEmptyWordIsNoTarget() {
        #expect(throws: UnknownTarget.self) { try TargetList([""], in: Self.topology) }
        #expect(throws: UnknownTarget.self) { try TargetList(["us-east-1,"], in: Self.topology) }
    }

    @Test func servicesAreNoProcessesAndRoutersNoCells() throws {
        #expect(throws: UnknownTarget.self) { try TargetList(["service/payment"], in: Self.topology) }
        #expect(try TargetList(["region/us-east"], in: Self.topology).cells(in: Self.topology).count == 3)
        #expect(throws: UnknownTarget.self) { try TargetList(["r1"], in: Self.topology).cells(in: Self.topology) }
    }

    @Test func onTheWireAPlaceHasItsRoutersToo() {
        let router = ProcessName(.router, "r1")
        #expect(TargetSelector.region("us-east").contains(router, region: "us-east", zone: "a"))
        #expect(TargetSelector.mesh.contains(router, region: "us-east", zone: "a"))
        #expect(!TargetSelector.zone(region: "us-east", zone: "b").contains(router, region: "us-east", zone: "a"))
        #expect(!TargetSelector.cell("r1").contains(router, region: "us-east", zone: "a"))
        #expect(!TargetSelector.service("r1", cell: nil).contains(router, region: "us-east", zone: "a"))
    }
}

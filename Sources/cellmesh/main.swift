print("cellmesh")

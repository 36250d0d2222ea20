// The container that holds a pod's namespaces needs no library.
module bughive.dev/pause

go 1.25.0

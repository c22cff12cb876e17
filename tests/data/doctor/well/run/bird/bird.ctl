a socket, to who looks at its mode
